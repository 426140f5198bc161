/** What all boards have in common. They are read-only: a change is made here and generated. */
import type { Builder } from '@grafana/grafana-foundation-sdk/cog';
import {
  type Dashboard,
  DashboardBuilder,
  DashboardCursorSync,
  DashboardLinkBuilder,
  DashboardLinkType,
  type Panel,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { consoleVariable, datasourceVariable, policyVariable, scopeVariable, type VariableName } from './variables.ts';

export interface Board {
  uid: string;
  title: string;
  description: string;
  /** Range that it opens with. */
  from: string;
  variables: readonly VariableName[];
  panels: readonly Builder<Panel>[];
}

const TAG = 'karez';
/** Where the console of docker-compose.yml is; `npm run boards -- --console URL` writes another one. */
const CONSOLE_URL = 'http://127.0.0.1:8080';

/** The board as classic JSON, as file provisioning takes it. */
export function buildBoard(
  { uid, title, description, from, variables, panels }: Board,
  consoleUrl = CONSOLE_URL,
): Dashboard {
  const builder = new DashboardBuilder(title)
    .uid(uid)
    .description(description)
    .tags([TAG])
    .readonly()
    .timezone('browser')
    .time({ from, to: 'now' })
    .refresh('1m')
    .tooltip(DashboardCursorSync.Crosshair)
    .link(
      new DashboardLinkBuilder('Karez')
        .type(DashboardLinkType.Dashboards)
        .tags([TAG])
        .asDropdown(true)
        .includeVars(true)
        .keepTime(true),
    )
    .link(
      new DashboardLinkBuilder('Console')
        .type(DashboardLinkType.Link)
        .url('$console')
        .tooltip('The console of the farm: acknowledge alerts, change rules, look at single devices.')
        .targetBlank(true),
    )
    .withVariable(datasourceVariable())
    .withVariable(policyVariable());
  builder.withVariable(consoleVariable(consoleUrl));
  for (const name of variables) builder.withVariable(scopeVariable(name));
  for (const panel of panels) builder.withPanel(panel);
  const board = builder.build();
  // Ids that stay: links to a panel of a board live longer than the order of its making.
  (board.panels ?? []).forEach((panel, i) => {
    (panel as Panel).id = i + 1;
  });
  return board;
}
