/** The gateway's local page: one file, no outside host, readable on a phone, English and Chinese. */
import { QUANTITIES } from '@karez/model';

const names = JSON.stringify(
  Object.fromEntries(Object.entries(QUANTITIES).map(([id, q]) => [id, [q.en, q.zh, q.label, q.decimals]])),
);

export const PAGE = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><title>Karez gateway</title>
<style>
:root{color-scheme:light dark;--ink:#111;--soft:#555;--line:#ddd;--bg:#fff;--bad:#a33a00;--good:#00664b}
@media (prefers-color-scheme:dark){:root{--ink:#f2f2f2;--soft:#aaa;--line:#333;--bg:#111;--bad:#ff9a62;--good:#4fd1a5}}
body{font:16px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--bg);margin:0 auto;max-width:52rem;padding:16px}
h1{font-size:20px;margin:0 0 8px}h2{font-size:16px;margin:24px 0 4px}
p{margin:4px 0}.big{font-size:18px}.bad{color:var(--bad)}.good{color:var(--good)}small,.soft{color:var(--soft)}
dl{display:grid;grid-template-columns:repeat(auto-fill,minmax(11rem,1fr));gap:8px 16px;margin:12px 0}dt{font-size:13px;color:var(--soft)}dd{margin:0;font-variant-numeric:tabular-nums;font-size:18px}
table{border-collapse:collapse;width:100%}td{padding:6px 4px;border-top:1px solid var(--line);vertical-align:baseline}td:nth-child(2){text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}td:last-child{text-align:right;color:var(--soft);white-space:nowrap;font-size:14px}
s{text-decoration-thickness:1px}code{font-size:12px;overflow-wrap:anywhere}
</style></head><body><h1 id="title">Karez</h1><p class="big" id="sentence" role="status"></p><dl id="figures"></dl><div id="devices"></div><div id="rejections"></div>
<script>
const Q=${names};
const zh=(new URLSearchParams(location.search).get('lang')||navigator.language).startsWith('zh');document.documentElement.lang=zh?'zh':'en';
const T=zh?{up:'与云端连接正常',connecting:'正在连接云端',down:'与云端断开',waiting:'待上传',stored:'云端已存',bytes:'本机占用',hours:'断网可存',accepted:'已接收',none:'还没有数据',h:'小时',rej:'最近拒收',ago:'前',now:'刚刚',s:'秒',m:'分钟',full:'磁盘不可写',absent:'无传感器',d:'天'}:{up:'The link to the cloud is up.',connecting:'Connecting to the cloud.',down:'No link to the cloud. Readings are kept here.',waiting:'Waiting to be sent',stored:'Stored in the cloud',bytes:'Journal',hours:'Room without link',accepted:'Accepted',none:'no reading yet',h:'h',rej:'Lately refused',ago:' ago',now:'just now',s:' s',m:' min',full:'The disk refuses writes.',absent:'no sensor',d:'days'};
const el=(t,c,x)=>{const e=document.createElement(t);if(c)e.className=c;if(x!==undefined)e.textContent=x;return e};
const age=ms=>ms<2000?T.now:ms<120000?Math.round(ms/1000)+T.s+T.ago:ms<7200000?Math.round(ms/60000)+T.m+T.ago:Math.round(ms/3600000)+' '+T.h+T.ago;
const num=(v,d)=>v.toFixed(d).replace('-','\\u2212');
const hours=h=>h===null?'\\u2013':h>96?Math.floor(h/24).toLocaleString()+' '+T.d:Math.floor(h)+' '+T.h;
async function show(){
 let v;try{v=await(await fetch('status.json')).json()}catch{setTimeout(show,3000);return}
 const s=v.status;document.getElementById('title').textContent=v.title;
 const p=document.getElementById('sentence');p.textContent=s.journal.writable?T[s.link.state]+(v.trouble?' ('+v.trouble+')':''):T.full;p.className='big '+(s.link.state==='up'&&s.journal.writable?'good':'bad');
 const f=document.getElementById('figures');f.replaceChildren();
 for(const[k,x]of[[T.accepted,s.accepted.toLocaleString()],[T.stored,s.stored.toLocaleString()],[T.waiting,s.waiting.toLocaleString()],[T.bytes,(s.journal.bytes/1e6).toFixed(1)+' / '+Math.round(s.journal.limitBytes/1e6)+' MB'],[T.hours,hours(s.journal.hoursLeft)]]){const d=el('div');d.append(el('dt','',k),el('dd','',x));f.append(d)}
 const box=document.getElementById('devices');box.replaceChildren();let last='',table;
 const troubles=Object.fromEntries(s.devices.map(d=>[d.id,d.trouble]));
 for(const r of v.values){if(r.device!==last){last=r.device;const h=el('h2','',r.title);h.append(' ',el('small','',r.device));box.append(h);if(troubles[r.device])box.append(el('p','bad',troubles[r.device]));table=el('table');box.append(table)}
  const q=Q[r.quantity]||[r.quantity,r.quantity,'',2],tr=el('tr');let n=q[zh?1:0];if(r.place)n+=' '+(r.place[0]==='d'?r.place.slice(1)+' cm':r.place[0]==='h'?r.place.slice(1)+' cm':r.place.slice(1));
  const val=el('td');if(r.timeMs===null)val.append(el('small','',T.none));else{const t=r.value===null?T.absent:num(r.value,q[3])+' '+q[2];val.append(r.quality.some(x=>x==='RANGE'||x==='RATE'||x==='STUCK')?el('s','',t):t);if(r.quality.length)val.append(' ? ')}
  tr.append(el('td','',n),val,el('td','',r.timeMs===null?'':age(s.timeMs-r.timeMs)));table.append(tr)}
 const j=document.getElementById('rejections');j.replaceChildren();if(v.rejections.length){j.append(el('h2','',T.rej));for(const r of v.rejections){const x=el('p');x.append(el('small','',new Date(r.timeMs).toLocaleTimeString()+' '+(r.device||r.source)+': '+r.reason));if(r.hex)x.append(document.createElement('br'),el('code','soft',r.hex));j.append(x)}}
 setTimeout(show,2000)}
show();
</script></body></html>`;
