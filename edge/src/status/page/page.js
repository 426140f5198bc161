/**
 * The gateway's local page: asks for status.json every two seconds and shows it. What has not changed is left alone, so
 * that a text can be marked and copied.
 */
import { isChinese, words } from './words.js';

const EVERY_MS = 2_000;
const AGAIN_MS = 3_000;
/** Silent beyond three intervals, and never before this. */
const SILENT_MS = 15_000;

const byId = (id) => document.getElementById(id);
const quantities = await (await fetch('quantities.json')).json();
document.documentElement.lang = isChinese ? 'zh' : 'en';

function element(tag, className, ...children) {
  const made = document.createElement(tag);
  if (className !== '') made.className = className;
  made.append(...children);
  return made;
}

function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

function age(ms) {
  const seconds = Math.round(ms / 1000);
  if (seconds < 2) return words.now;
  if (seconds < 120) return words.seconds(seconds);
  if (seconds < 7_200) return words.minutes(Math.round(seconds / 60));
  if (seconds < 172_800) return words.hours(Math.round(seconds / 3_600));
  return words.days(Math.round(seconds / 86_400));
}

/** Time of day, with the day where it is not today's. */
function clock(ms, nowMs) {
  const isToday = new Date(ms).toDateString() === new Date(nowMs).toDateString();
  const day = isToday ? {} : { month: 'short', day: 'numeric' };
  const time = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' };
  return new Date(ms).toLocaleString(document.documentElement.lang, { ...day, ...time });
}

function room(hours) {
  if (hours === null) return '–';
  return hours > 96 ? words.roomDays(Math.floor(hours / 24).toLocaleString()) : words.roomHours(Math.floor(hours));
}

function sentence({ status, trouble, values, alerts }) {
  const link = { up: words.linkUp, connecting: words.linkConnecting, down: words.linkDown }[status.link.state];
  if (!status.journal.writable) return { text: words.diskFull, isGood: false };
  const { silent, all } = countSilent(values, status.timeMs);
  const heard = silent === 0 ? words.allHeard(all) : words.notHeard(silent, all);
  const said = trouble === null ? link : `${link}${words.because(trouble)}`;
  const on = alerts.filter(({ raised }) => raised).length;
  const first = on === 0 ? '' : `${words.alertsOn(on)}${words.gap}`;
  return {
    text: `${first}${said}${words.gap}${heard}`,
    isGood: status.link.state === 'up' && silent === 0 && on === 0,
  };
}

/** How many devices there are among rows, and how many of them are not heard. */
function countSilent(values, nowMs) {
  const devices = new Map();
  for (const row of values) {
    const isHeard = row.timeMs !== null && !isSilent(row, nowMs);
    devices.set(row.device, devices.get(row.device) || isHeard);
  }
  return { silent: [...devices.values()].filter((isHeard) => !isHeard).length, all: devices.size };
}

function isSilent(row, nowMs) {
  return nowMs - row.timeMs > Math.max(SILENT_MS, row.intervalMs * 3);
}

function showFigures({ status }) {
  const { journal } = status;
  const megabytes = (bytes, decimals) => (bytes / 1e6).toFixed(decimals);
  const figures = [
    [words.accepted, status.accepted.toLocaleString()],
    [words.stored, status.stored.toLocaleString()],
    [words.waiting, status.waiting.toLocaleString()],
    [words.journal, `${megabytes(journal.bytes, 1)} / ${megabytes(journal.limitBytes, 0)} MB`],
    [words.room, room(journal.hoursLeft)],
  ];
  if (status.refused > 0) figures.push([words.refused, status.refused.toLocaleString()]);
  for (const { reason, readings } of status.lost) figures.push([words.lost(reason), readings.toLocaleString()]);
  if (status.clock.trouble !== null) figures.push([words.clock(status.clock.state), status.clock.trouble]);
  const list = byId('figures');
  while (list.children.length > figures.length) list.lastChild.remove();
  figures.forEach(([name, figure], i) => {
    if (list.children[i] === undefined) list.append(element('div', '', element('dt', ''), element('dd', '')));
    setText(list.children[i].children[0], name);
    setText(list.children[i].children[1], figure);
  });
}

/** By field, by device, and by device and channel. */
const fields = new Map();
const blocks = new Map();
const rows = new Map();

/** A field opens and closes; on a phone the others are then a thumb away. */
function fieldOf(row) {
  const key = row.field ?? '';
  let field = fields.get(key);
  if (field === undefined) {
    const state = element('small', '');
    const head = element('summary', '', element('h2', '', row.field ?? words.noField), ' ', state);
    const box = element('details', '', head);
    box.open = true;
    byId('devices').append(box);
    field = { box, state };
    fields.set(key, field);
  }
  return field;
}

function blockOf(row) {
  let block = blocks.get(row.device);
  if (block === undefined) {
    const trouble = element('p', 'bad');
    const table = element('table', '');
    const title = element('h3', '', row.title, ' ', element('small', '', row.device));
    fieldOf(row).box.append(element('section', '', title, trouble, table));
    block = { trouble, table };
    blocks.set(row.device, block);
  }
  return block;
}

function rowOf(row) {
  const key = `${row.device}/${row.channel}`;
  let made = rows.get(key);
  if (made === undefined) {
    made = element('tr', '', element('td', '', nameOf(row)), element('td', ''), element('td', ''));
    blockOf(row).table.append(made);
    rows.set(key, made);
  }
  return made;
}

function nameOf({ quantity, place }) {
  const known = quantities[quantity];
  const name = known === undefined ? quantity : isChinese ? known.zh : known.en;
  if (place === null) return name;
  const number = place.slice(1);
  // The figure and its unit stay on one line.
  return /^[dh]/.test(place) ? `${name} ${number}\u00a0cm` : `${name}\u00a0${number}`;
}

function valueText({ quantity, value, timeMs, quality, decimals }) {
  if (timeMs === null) return words.noData;
  if (value === null) return words.absent;
  const known = quantities[quantity];
  const state = known?.states?.[value];
  const number =
    state?.[isChinese ? 'zh' : 'en'] ??
    value.toFixed(Math.min(decimals, known?.decimals ?? decimals)).replace('-', '−');
  const reasons = quality.map((name) => words.suspect[name]).filter((reason) => reason !== undefined);
  const doubt = reasons.length === 0 ? '' : ` ? ${reasons.join(', ')}`;
  return `${number} ${known?.label ?? ''}${doubt}`;
}

function showFields({ status, values }) {
  for (const [key, { state }] of fields) {
    const { silent, all } = countSilent(
      values.filter((row) => (row.field ?? '') === key),
      status.timeMs,
    );
    state.className = silent === 0 ? 'good' : 'bad';
    setText(state, silent === 0 ? words.fieldHeard(all) : words.fieldSilent(silent, all));
  }
}

function showDevices({ status, values }) {
  for (const row of values) {
    const shown = rowOf(row);
    shown.className = row.timeMs !== null && isSilent(row, status.timeMs) ? 'silent' : '';
    setText(shown.children[1], valueText(row));
    setText(shown.children[2], row.timeMs === null ? '' : age(status.timeMs - row.timeMs));
  }
  for (const { id, trouble } of status.devices) {
    const block = blocks.get(id);
    if (block !== undefined) setText(block.trouble, trouble ?? '');
  }
  showFields({ status, values });
}

/** Severity and state in words and signs, never by colour alone. */
function alertText({ severity, state, raised, noData }) {
  const sign = { critical: '▲', warning: '△', info: 'ℹ' }[severity];
  const doing = state === 'firing' && !raised ? words.alertState.past : words.alertState[state];
  return `${sign} ${words.severity[severity]}, ${doing}${noData ? `, ${words.noDataNow}` : ''}`;
}

function showAlerts({ status, alerts }) {
  const section = byId('alerts');
  section.hidden = alerts.length === 0;
  setText(section.children[0], words.alerts);
  const list = section.children[1];
  while (list.children.length > alerts.length) list.lastChild.remove();
  alerts.forEach((alert, i) => {
    if (list.children[i] === undefined)
      list.append(element('li', '', element('strong', ''), element('br', ''), element('small', '')));
    const [text, , small] = list.children[i].children;
    const since = age(status.timeMs - (alert.firedMs ?? alert.sinceMs));
    const at = clock(alert.firedMs ?? alert.sinceMs, status.timeMs);
    const about = isChinese ? alert.about.zh : alert.about.en;
    list.children[i].className = alert.raised ? 'bad' : 'soft';
    setText(text, isChinese ? alert.message.zh : alert.message.en);
    setText(small, `${alertText(alert)} · ${at}, ${since} · ${about}`);
  });
}

let shownRejections = '';
function showRejections({ rejections, status }) {
  const all = JSON.stringify(rejections);
  if (all === shownRejections) return;
  shownRejections = all;
  const section = byId('rejections');
  section.hidden = rejections.length === 0;
  setText(section.children[0], words.rejections);
  section.children[1].replaceChildren(
    ...rejections.map(({ timeMs, device, source, reason, hex }) => {
      const time = clock(timeMs, status.timeMs);
      const line = element('p', '', element('small', '', `${time} ${device ?? source}: ${reason}`));
      if (hex !== undefined) line.append(element('br', ''), element('code', 'soft', hex));
      return line;
    }),
  );
}

async function show() {
  try {
    const view = await (await fetch('status.json')).json();
    setText(byId('title'), view.title);
    document.title = view.title;
    const { text, isGood } = sentence(view);
    setText(byId('sentence'), text);
    byId('sentence').className = isGood ? 'good' : 'bad';
    showAlerts(view);
    showFigures(view);
    showDevices(view);
    showRejections(view);
    setTimeout(show, EVERY_MS);
  } catch {
    setText(byId('sentence'), words.unreachable);
    byId('sentence').className = 'bad';
    setTimeout(show, AGAIN_MS);
  }
}

show();
