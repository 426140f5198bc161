/**
 * Builds the Debian package of a gateway, as Debian Policy describes it (chapters 5, 6 and 10.7), without root. Everything that a version
 * runs from lies in /opt/karez/dist; docs/decisions/0021 says how it comes from there to where it runs.
 */
import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, lstatSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { nodeFolder } from './node-binary.ts';
import { copyProduction, filesBelow, type Lock } from './production-files.ts';

export interface BuildOptions {
  root: string;
  /** Debian's name of the architecture. */
  arch: string;
  version: string;
  /** Folder for the package. */
  out: string;
  /** 0 (fast) to 9 (small); 6 is dpkg-deb's own. */
  compression?: number;
  /** For trials: changes the program in `dist` before it is packed. */
  change?: (dist: string) => void;
}

const DEPENDS = ['libc6 (>= 2.28)', 'libstdc++6', 'libgcc-s1', 'adduser', 'systemd', 'util-linux'];
const VERSION = /^[0-9][0-9A-Za-z.+~]*$/;

/** Where what stands in packaging/debian and docs goes. */
const SYSTEM_FILES = {
  'packaging/debian/karez-gateway.service': 'usr/lib/systemd/system/karez-gateway.service',
  'packaging/debian/karez-trial.service': 'usr/lib/systemd/system/karez-trial.service',
  'packaging/debian/journald.conf': 'usr/lib/systemd/journald.conf.d/50-karez.conf',
  'packaging/debian/karez-gateway': 'usr/bin/karez-gateway',
  'packaging/debian/karez': 'usr/bin/karez',
  'packaging/debian/gateway.yaml': 'etc/karez/gateway.yaml',
  'docs/INSTALL.md': 'usr/share/doc/karez-gateway/INSTALL.md',
  LICENSE: 'usr/share/doc/karez-gateway/copyright',
};

/**
 * Builds it. Returns the path of the package.
 * @throws Error in words where the version cannot be one, or a tool fails.
 */
export function buildDeb({ root, arch, version, out, compression = 6, change }: BuildOptions): string {
  if (!VERSION.test(version)) throw new Error(`a version begins with a digit and has no spaces or hyphens: ${version}`);
  const stage = mkdtempSync(join(tmpdir(), 'karez-deb-'));
  try {
    chmodSync(stage, 0o755);
    const dist = join(stage, 'opt/karez/dist');
    mkdirSync(dist, { recursive: true });
    program(root, dist, arch, version);
    change?.(dist);
    // As the first start would do it (edge/stripped.mjs), which here may not write beside the program.
    execFileSync(process.execPath, ['--disable-warning=ExperimentalWarning', join(dist, 'edge/strip-all.mjs')]);
    for (const [from, to] of Object.entries(SYSTEM_FILES)) {
      mkdirSync(dirname(join(stage, to)), { recursive: true });
      cpSync(join(root, from), join(stage, to));
    }
    control(root, stage, arch, version);
    // What the umask of whoever builds it must not decide.
    execFileSync('chmod', ['-R', 'u+rwX,go+rX,go-w', stage]);
    mkdirSync(out, { recursive: true });
    const path = join(out, `karez-gateway_${version}_${arch}.deb`);
    execFileSync('dpkg-deb', ['--root-owner-group', '-Zxz', `-z${compression}`, '--build', stage, path], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    return path;
  } finally {
    rmSync(stage, { recursive: true, force: true });
  }
}

/** What a version runs from. */
function program(root: string, dist: string, arch: string, version: string): void {
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as { packages: Lock };
  copyProduction(root, lock.packages, dist, arch);
  const node = nodeFolder(root, arch, join(root, 'node_modules/.cache/karez-node'));
  cpSync(join(node, 'bin/node'), join(dist, 'node_modules/node/bin/node'));
  cpSync(join(node, 'LICENSE'), join(dist, 'node_modules/node/LICENSE'));
  for (const name of ['package.json', 'edge/package.json']) {
    const path = join(dist, name);
    writeFileSync(path, `${JSON.stringify({ ...JSON.parse(readFileSync(path, 'utf8')), version }, null, 2)}\n`);
  }
  writeFileSync(join(dist, 'VERSION'), `${version}\n`);
  writeFileSync(join(dist, 'bin/gateway'), starter(root), { mode: 0o755 });
}

/** As bin/service.mjs starts it, without a process in between. */
function starter(root: string): string {
  const { preload, flags, env } = JSON.parse(readFileSync(join(root, 'edge/launch.json'), 'utf8')) as {
    preload: string;
    flags: string[];
    env: Record<string, string>;
  };
  const variables = Object.entries(env).map(([name, value]) => `${name}=${value}`);
  return `#!/bin/sh
# Starts the gateway of this version. Made from edge/launch.json when the package was built.
here=$(dirname "$(dirname "$(readlink -f "$0")")")
export ${variables.join(' ')}
exec "$here/node_modules/node/bin/node" --disable-warning=ExperimentalWarning ${flags.join(' ')} \\
  --import "file://$here/edge/${preload}" "$here/edge/src/main.ts" --config /etc/karez/gateway.yaml "$@"
`;
}

function control(root: string, stage: string, arch: string, version: string): void {
  const bytes = filesBelow(stage).reduce((sum, file) => sum + lstatSync(join(stage, file)).size, 0);
  const folder = join(stage, 'DEBIAN');
  mkdirSync(folder);
  writeFileSync(
    join(folder, 'control'),
    `Package: karez-gateway
Version: ${version}
Architecture: ${arch}
Maintainer: The Karez contributors <karez@localhost>
Installed-Size: ${Math.ceil(bytes / 1024)}
Depends: ${DEPENDS.join(', ')}
Section: net
Priority: optional
Description: Karez gateway, farm telemetry that is not lost
 Reads soil probes, weather stations, drones and Wi-Fi nodes, keeps their readings
 on disk, and brings each of them to the cloud exactly once.
`,
  );
  writeFileSync(join(folder, 'conffiles'), '/etc/karez/gateway.yaml\n');
  for (const name of ['postinst', 'prerm', 'postrm']) cpSync(join(root, 'packaging/debian', name), join(folder, name));
}
