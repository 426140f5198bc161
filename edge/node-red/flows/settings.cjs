/** Node-RED's settings: nobody without a password, on loopback, our own folder, nothing sent home, functions that end. */
const { scryptSync, timingSafeEqual } = require('node:crypto');
const { readFileSync } = require('node:fs');
const { join } = require('node:path');

const folder = process.env.KAREZ_FLOWS_FOLDER;
const { salt, hash, credentialSecret } = JSON.parse(readFileSync(join(folder, 'access.json'), 'utf8'));
const USER = { username: 'karez', permissions: '*' };

module.exports = {
  userDir: folder,
  flowFile: 'flows.json',
  uiHost: '127.0.0.1',
  uiPort: Number(process.env.KAREZ_FLOWS_PORT),
  credentialSecret,
  adminAuth: {
    type: 'credentials',
    users: async (name) => (name === USER.username ? USER : null),
    authenticate: async (name, password) => {
      const tried = scryptSync(String(password), Buffer.from(salt, 'hex'), 32);
      return name === USER.username && timingSafeEqual(tried, Buffer.from(hash, 'hex')) ? USER : null;
    },
  },
  // A loop in a function ends by itself after this time, seconds, unless it is told otherwise.
  functionTimeout: 10,
  functionExternalModules: true,
  externalModules: { palette: { allowInstall: true }, modules: { allowInstall: false } },
  contextStorage: { default: { module: 'memory' }, disk: { module: 'localfilesystem', config: { flushInterval: 1 } } },
  telemetry: { enabled: false, updateNotification: false },
  editorTheme: { tours: false, page: { title: 'Karez flows' }, header: { title: 'Karez flows' } },
  diagnostics: { enabled: true, ui: true },
  runtimeState: { enabled: true, ui: true },
  logging: { console: { level: 'info', metrics: false, audit: false } },
};
