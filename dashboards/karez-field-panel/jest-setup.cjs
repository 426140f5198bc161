require('./.config/jest-setup.cjs');
