/**
 * The road between a gateway and the cloud as the kernel makes it: the gateway lives in a network namespace of its own, and
 * one wire leads out of it to the cloud. On that wire packets can be lost at random or all at once, without a word to
 * anybody (nftables), and no more than a rate gets through, behind a queue as deep as a modem's (tc tbf). A second wire,
 * which never fails, is for looking at the gateway.
 */
import { isAlive, run } from './programs.ts';

export interface Road {
  /** What stands in front of a program that is to run at the gateway's end (process.ts). */
  inFront: readonly string[];
  /** Address of the cloud's end. */
  cloudHost: string;
  /** Carries no more than so many kbit/s each way; undefined for as much as there is. */
  narrow(kbitPerSecond: number | undefined): void;
  /** How often a packet has had to wait because the road is narrow. */
  queued(): number;
  /** Loses so many of a hundred packets each way: 100 is a cut that nobody is told of. */
  lose(percent: number): void;
  /** Packets lost since it was told to lose so many. */
  lost(): number;
  remove(): void;
}

const PREFIX = 'kz';
/** What a queue holds at most, as time: a modem keeps seconds rather than drop. */
const QUEUE = '2s';

/**
 * Builds it.
 * @throws in one sentence where this machine does not let us.
 */
export function buildRoad(): Road {
  const name = `${PREFIX}${process.pid}`;
  const wire = `${name}u`;
  // RFC 2544 sets 198.18.0.0/15 aside for tests of networks; each test process has four addresses of its own.
  const block = (process.pid % 32_768) * 4;
  const address = (n: number) => `198.${18 + (block >> 16)}.${(block >> 8) & 255}.${(block & 255) + n}`;
  // Not `ip netns exec`, which takes along a copy of all mounts: a disk that is unmounted outside would live on in it.
  const inFront = ['nsenter', `--net=/run/netns/${name}`, '--'];
  const inside = (program: string, ...args: string[]) =>
    run(inFront[0] as string, [...inFront.slice(1), program, ...args]);
  const remove = () => {
    process.off('exit', remove);
    // The wire goes with it.
    run('ip', ['netns', 'del', name], 1);
  };
  let isBegun = false;
  try {
    removeLeftovers();
    run('ip', ['netns', 'add', name]);
    isBegun = true;
    process.once('exit', remove);
    run('ip', ['-n', name, 'link', 'set', 'lo', 'up']);
    run('ip', ['link', 'add', wire, 'type', 'veth', 'peer', 'name', wire, 'netns', name]);
    run('ip', ['addr', 'add', `${address(1)}/30`, 'dev', wire]);
    run('ip', ['link', 'set', wire, 'up']);
    run('ip', ['-n', name, 'addr', 'add', `${address(2)}/30`, 'dev', wire]);
    run('ip', ['-n', name, 'link', 'set', wire, 'up']);
    inside('nft', 'add table inet road');
    for (const way of ['input', 'output'])
      inside('nft', `add chain inet road ${way} { type filter hook ${way} priority 0; policy accept; }`);
  } catch (error) {
    if (isBegun) remove();
    throw new Error(
      `no network namespace with its own wires can be made here (${(error as Error).message}): these tests need root, iproute2, nftables, and veth, tbf and nf_tables in the kernel`,
    );
  }
  return {
    inFront,
    cloudHost: address(1),
    narrow(kbitPerSecond) {
      for (const tc of [(...args: string[]) => run('tc', args), (...args: string[]) => inside('tc', ...args)]) {
        if (kbitPerSecond === undefined) tc('qdisc', 'del', 'dev', wire, 'root');
        else {
          const rate = ['rate', `${kbitPerSecond}kbit`, 'burst', '3000', 'latency', QUEUE];
          tc('qdisc', 'replace', 'dev', wire, 'root', 'tbf', ...rate);
        }
      }
    },
    queued: () => Number(/overlimits (\d+)/.exec(inside('tc', '-s', 'qdisc', 'show', 'dev', wire))?.[1] ?? 0),
    lose(percent) {
      inside('nft', 'flush chain inet road input; flush chain inet road output');
      if (percent === 0) return;
      const chance = percent >= 100 ? '' : `numgen random mod 100 < ${percent} `;
      inside('nft', `add rule inet road input iifname "${wire}" ${chance}counter drop`);
      inside('nft', `add rule inet road output oifname "${wire}" ${chance}counter drop`);
    },
    lost() {
      const rules = inside('nft', 'list table inet road');
      return [...rules.matchAll(/counter packets (\d+)/g)].reduce((sum, [, packets]) => sum + Number(packets), 0);
    },
    remove,
  };
}

/** Namespaces of test runs that were killed. */
function removeLeftovers(): void {
  for (const line of run('ip', ['netns', 'list']).split('\n')) {
    const [, name, pid] = new RegExp(`^(${PREFIX}(\\d+))(?:\\s|$)`).exec(line) ?? [];
    if (name !== undefined && !isAlive(Number(pid))) run('ip', ['netns', 'del', name], 1);
  }
}
