/** `npm run replay`: plays the whole recorded file of six TEROS 12 through gateway and cloud, and says what was compared. */
import { parseArgs } from 'node:util';
import { messageOf } from '@karez/model';
import { playTeros, TEROS_FILE } from './play-teros.ts';
import { isThere, partOf, readRecorded } from './recorded-table.ts';

const HELP = `npm run replay -- [--rows N] [--from N]   N rows of the file (all) from row N (0)
The file is looked for in ../shared/data, or where KAREZ_REAL_DATA says.`;

const { values } = parseArgs({
  options: {
    rows: { type: 'string' },
    from: { type: 'string', default: '0' },
    help: { type: 'boolean', short: 'h' },
  },
});

async function main(): Promise<void> {
  if (values.help) {
    console.log(HELP);
    return;
  }
  if (!isThere(TEROS_FILE)) return;
  const table = readRecorded(TEROS_FILE);
  const played = partOf(table, Number(values.from), Number(values.rows ?? table.rows.length));
  if (played.rows.length === 0) throw new Error(`the file has rows 0 to ${table.rows.length - 1}`);
  const beganMs = performance.now();
  const seconds = () => Math.round((performance.now() - beganMs) / 1_000);
  const proof = await playTeros(played, (done, of) =>
    console.log(`… ${done} of ${of} steps of 15 minutes, ${seconds()} s`),
  );
  console.log(
    `${proof.rows} rows of six probes: ${proof.readings} readings stored, each as the file has it, in ${seconds()} s`,
  );
  console.log(
    `${proof.absent} of them absent, as the file says NAN; ${proof.held} samples taken while the logger recorded nothing`,
  );
}

main().catch((error) => {
  console.error(messageOf(error));
  process.exitCode = 1;
});
