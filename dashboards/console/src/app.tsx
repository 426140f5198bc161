/** The page as a whole: who reads it, which farm, which of its pages. */
import type { Route } from './route/route.ts';
import { usePageStart, useRoute } from './route/use-route.ts';
import type { Shelf } from './settings/preferences.ts';
import { ActuatorsPage } from './view/actuators/actuators-page.tsx';
import { AlertsPage } from './view/alerts/alerts-page.tsx';
import { ChartPage } from './view/chart/chart-page.tsx';
import { DevicePage } from './view/device/device-page.tsx';
import { FarmProvider, type Ports, PortsProvider, useFarm } from './view/farm-context.tsx';
import { FarmsPage } from './view/farms-page.tsx';
import { FieldPage } from './view/field/field-page.tsx';
import { GatewaysPage } from './view/gateways/gateways-page.tsx';
import { MapPage } from './view/map/map-page.tsx';
import { OverviewPage } from './view/overview/overview-page.tsx';
import { NotLoaded } from './view/part/problem.tsx';
import { PeoplePage } from './view/people/people-page.tsx';
import { RulePage } from './view/rules/rule-page.tsx';
import { RulesPage } from './view/rules/rules-page.tsx';
import { SessionGate } from './view/session-context.tsx';
import { SettingsPage } from './view/settings/settings-page.tsx';
import { FarmShell, Shell } from './view/shell.tsx';
import { WordsProvider } from './view/words-context.tsx';

export function App({ ports, shelf }: { ports: Ports; shelf: Shelf }) {
  return (
    <WordsProvider shelf={shelf}>
      <PortsProvider value={ports}>
        <SessionGate>
          <Pages />
        </SessionGate>
      </PortsProvider>
    </WordsProvider>
  );
}

function Pages() {
  const route = useRoute();
  usePageStart(JSON.stringify({ ...route, range: '', channels: '' }));
  if (route.page === 'farms' || route.page === 'welcome')
    return (
      <Shell>
        <FarmsPage />
      </Shell>
    );
  if (route.farm === null) {
    return (
      <Shell>
        <SettingsPage />
      </Shell>
    );
  }
  return (
    <FarmProvider farm={route.farm}>
      <FarmShell route={route}>
        <FarmPages route={route} />
      </FarmShell>
    </FarmProvider>
  );
}

function FarmPages({ route }: { route: Route }) {
  const { detail } = useFarm();
  if (route.page === 'settings') return <SettingsPage />;
  if (detail === undefined) return <NotLoaded page={route.page} />;
  switch (route.page) {
    case 'overview':
      return <OverviewPage />;
    case 'map':
      return <MapPage />;
    case 'gateways':
      return <GatewaysPage />;
    case 'actuators':
      return <ActuatorsPage />;
    case 'alerts':
      return <AlertsPage opened={route.alert} />;
    case 'device':
      return <DevicePage device={route.device} />;
    case 'rules':
      return <RulesPage />;
    case 'rule':
      return <RulePage id={route.id} from={route.from} />;
    case 'people':
      return <PeoplePage />;
    case 'field':
      return <FieldPage key={route.area} area={route.area} />;
    case 'chart':
      return <ChartPage channels={route.channels} range={route.range} />;
    default:
      return null;
  }
}
