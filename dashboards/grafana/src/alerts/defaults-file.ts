/** The file that is shipped: mirrors of the rules that every farm begins with, for the farm of docker-compose.yml. */
import { DEFAULT_RULES, type FarmDetail } from '@karez/model';
import { stringify } from 'yaml';
import { alertFile } from './alert-file.ts';

const FARM: FarmDetail = {
  id: 'demo',
  title: 'Demonstration farm',
  timeZone: null,
  fields: [],
  devices: [],
  gateways: [],
};

export function defaultsFile(): string {
  const head =
    '# Mirrors of the rules that the demonstration farm begins with. `npm run grafana:alerts` replaces them by those of your farms.\n';
  return head + stringify(alertFile([{ farm: FARM, rules: DEFAULT_RULES }]), { lineWidth: 0 });
}
