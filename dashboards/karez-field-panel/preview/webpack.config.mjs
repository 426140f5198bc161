/** The page in which the built panel is looked at without a Grafana server: Grafana's own packages, bundled. */
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));

export default {
  mode: 'production',
  context: here,
  entry: './host.tsx',
  output: { path: join(here, 'dist'), filename: 'host.js', publicPath: '' },
  devtool: false,
  performance: { hints: false },
  optimization: { minimize: false, splitChunks: false },
  module: {
    rules: [
      {
        test: /\.tsx?$/,
        exclude: /node_modules/,
        use: {
          loader: 'swc-loader',
          options: {
            jsc: {
              target: 'es2022',
              transform: { react: { runtime: 'automatic' } },
              parser: { syntax: 'typescript', tsx: true },
            },
          },
        },
      },
      { test: /\.m?js$/, resolve: { fullySpecified: false } },
      { test: /\.(svg|png|css)$/, type: 'asset/source' },
    ],
  },
  resolve: { extensions: ['.tsx', '.ts', '.mjs', '.js'] },
};
