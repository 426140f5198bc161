/** Starts the page. */
import { systemClock } from '@karez/model/ports';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
import { createApi } from './feed/api.ts';
import { deviceMemory } from './feed/memory.ts';
import type { Shelf } from './settings/preferences.ts';
import './style/theme.css';
import './style/page.css';
import './style/shell.css';
import './style/small-pages.css';
import './style/overview.css';
import './style/field.css';
import './style/map.css';
import './style/chart.css';
import './style/gateways.css';
import './style/alerts.css';
import './style/rules.css';
import './style/device.css';
import './style/actuators.css';

function shelf(): Shelf {
  try {
    return window.localStorage;
  } catch {
    return undefined;
  }
}

const ports = {
  api: createApi('./api/v1', (input, init) => fetch(input, init)),
  clock: systemClock(),
  memory: deviceMemory(window.indexedDB),
};

// Only where the page is safe from others on the way (https, or this machine itself) do browsers offer it.
if (import.meta.env.PROD && 'serviceWorker' in navigator)
  window.addEventListener('load', () => {
    navigator.serviceWorker.register('./sw.js', { updateViaCache: 'none' }).catch(() => {
      // Without it the page works as any other; it only does not open without a link.
    });
  });

createRoot(document.getElementById('root') as HTMLElement).render(
  <StrictMode>
    <App ports={ports} shelf={shelf()} />
  </StrictMode>,
);
