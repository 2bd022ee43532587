// Quick specs end in `-spec.ts`; thorough ones end in `.thorough-spec.ts` and run only with SLUICE_SPECS=thorough.
const thorough = process.env.SLUICE_SPECS === 'thorough';

/** @type {import('jest').Config} */
export default {
  testEnvironment: 'node',
  roots: ['<rootDir>/spec'],
  testMatch: [thorough ? '<rootDir>/spec/**/*.thorough-spec.ts' : '<rootDir>/spec/**/*-spec.ts'],
  testPathIgnorePatterns: ['/node_modules/', ...(thorough ? [] : ['\\.thorough-spec\\.ts$'])],
  testTimeout: thorough ? 120_000 : 20_000,
  maxWorkers: 2,
  extensionsToTreatAsEsm: ['.ts'],
  moduleFileExtensions: ['js', 'ts', 'mjs', 'cjs', 'json', 'node'],
  // TypeScript sources import each other as './x.js'. 'sluice' and 'sluice/testing' are not mapped: they mean the build.
  // What differs between Node and browsers is neither in a spec: no lines, and no signals of a busy machine.
  moduleNameMapper: {
    '^(\\.{1,2}/.*)\\.js$': '$1',
    '^#log$': '<rootDir>/spec/helpers/silentLog.ts',
    '^#signals$': '<rootDir>/lib/observability/signals/noSignals.ts',
  },
  transform: {
    '\\.ts$': [
      '@swc/jest',
      {
        swcrc: false,
        sourceMaps: 'inline',
        jsc: {
          target: 'es2022',
          keepClassNames: true,
          parser: { syntax: 'typescript', explicitResourceManagement: true },
          transform: { verbatimModuleSyntax: true, useDefineForClassFields: false },
        },
      },
    ],
  },
  coverageProvider: 'v8',
  collectCoverageFrom: ['lib/**/*.ts'],
};
