/**
 * Stands for Grafana: hands the built plugin (dist/module.js, AMD) the modules that Grafana would, and renders its panel with
 * frames that are given as plain objects. `window.showPanel` is called by pictures.mjs, and may be by hand.
 */
import * as emotion from '@emotion/css';
import * as grafanaData from '@grafana/data';
import * as grafanaUi from '@grafana/ui';
import * as React from 'react';
import * as jsxRuntime from 'react/jsx-runtime';
import { createRoot } from 'react-dom/client';

interface Asked {
  series: object[];
  options: object;
  theme: 'light' | 'dark';
  width: number;
  height: number;
}

const MODULES: Record<string, unknown> = {
  module: { id: 'karez-field-panel', uri: '' },
  react: React,
  'react/jsx-runtime': jsxRuntime,
  '@emotion/css': emotion,
  '@grafana/data': grafanaData,
  '@grafana/ui': grafanaUi,
};

let loaded: { plugin: grafanaData.PanelPlugin } | undefined;

const define = (...args: unknown[]) => {
  const [names, factory] = args.slice(-2) as [string[], (...modules: unknown[]) => typeof loaded];
  const missing = names.filter((name) => !(name in MODULES));
  if (missing.length > 0) throw new Error(`the preview does not have ${missing.join(', ')}`);
  loaded = factory(...names.map((name) => MODULES[name]));
};
Object.assign(window, { define: Object.assign(define, { amd: {} }) });

const root = createRoot(document.getElementById('panel') as HTMLElement);

Object.assign(window, {
  showPanel({ series, options, theme: mode, width, height }: Asked) {
    const panel = loaded?.plugin.panel;
    if (!panel) throw new Error('the plugin did not load');
    const theme = grafanaData.createTheme({ colors: { mode } });
    const data = grafanaData.applyFieldOverrides({
      data: series.map((one) => grafanaData.toDataFrame(one)),
      ...{ fieldConfig: { defaults: {}, overrides: [] }, replaceVariables: (text: string) => text, theme },
    });
    document.body.style.background = theme.colors.background.canvas;
    Object.assign((document.getElementById('panel') as HTMLElement).style, {
      background: theme.colors.background.primary,
      width: `${width}px`,
      fontFamily: theme.typography.fontFamily,
      fontSize: '14px',
    });
    const props = { data: { series: data, state: 'Done' }, options, width, height, id: 1 } as unknown as never;
    const Panel = panel as React.ComponentType;
    root.render(
      <grafanaData.ThemeContext.Provider value={theme}>
        <Panel {...(props as object)} />
      </grafanaData.ThemeContext.Provider>,
    );
  },
});
