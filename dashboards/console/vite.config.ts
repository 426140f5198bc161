import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { listFiles } from './worker/list-files.ts';

/**
 * Assets keep to relative addresses and files of their own, so that the page works below any path, under a policy that
 * allows nothing inline, and from a gateway as well as from the cloud.
 */
export default defineConfig({
  base: './',
  plugins: [react(), listFiles()],
  build: {
    target: 'es2022',
    outDir: 'dist',
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 250,
  },
  server: {
    // `npm run dev` beside a cloud that listens where `npm start` puts it.
    proxy: { '/api': 'http://127.0.0.1:8080' },
  },
});
