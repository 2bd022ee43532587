import { builtinModules } from 'node:module';
import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';

const c12 = 'rule C12: time and chance come from a scheduler or a seed';
const globalObjects = ['globalThis', 'window', 'self', 'global'];
const timersAndClocks = ['setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask', 'performance'];

/** Rule C12 for lib/: no clock, no timer and no chance but those a caller hands in. Core rules only, so a spec can run them. */
export const timeAndChance = {
  'no-restricted-globals': [
    'error',
    ...[...timersAndClocks, 'requestAnimationFrame', 'requestIdleCallback'].map((name) => ({ name, message: c12 })),
  ],
  'no-restricted-properties': [
    'error',
    { object: 'Date', property: 'now', message: c12 },
    { object: 'performance', property: 'now', message: c12 },
    { object: 'process', property: 'nextTick', message: c12 },
    { object: 'process', property: 'hrtime', message: c12 },
    { object: 'Math', property: 'random', message: c12 },
    { object: 'crypto', property: 'randomUUID', message: c12 },
    { object: 'crypto', property: 'getRandomValues', message: c12 },
    ...globalObjects.flatMap((object) => timersAndClocks.map((property) => ({ object, property, message: c12 }))),
  ],
  'no-restricted-syntax': [
    'error',
    { selector: "NewExpression[callee.name='Date'][arguments.length=0]", message: c12 },
    { selector: "CallExpression[callee.name='Date']", message: c12 },
    {
      selector: `MemberExpression[object.object.name=/^(${globalObjects.join('|')})$/][property.name=/^(now|random|nextTick)$/]`,
      message: c12,
    },
  ],
};

const nodePart = 'the root must run in a browser: Node parts stay out of it';

/** What lib/ may not import; lib/testing is exempt. */
export const foreignImports = {
  '@typescript-eslint/no-restricted-imports': [
    'error',
    {
      paths: builtinModules.filter((name) => !name.startsWith('_')).map((name) => ({ name, message: nodePart })),
      patterns: [
        { regex: '^rxjs/internal(/|$)', message: 'import from the public entrances of rxjs' },
        { regex: '^node:', message: nodePart },
      ],
    },
  ],
};

export default defineConfig(
  { ignores: ['dist/', 'coverage/', 'node_modules/', '.cache/', 'storybook-static/'] },
  // The globals of the examples: they must not be globals of the project, which has them in no program of its own.
  { ignores: ['spec/api/exampleWorld.d.ts'] },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/ban-ts-comment': [
        'error',
        { 'ts-ignore': true, 'ts-nocheck': true, 'ts-expect-error': 'allow-with-description' },
      ],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_', caughtErrorsIgnorePattern: '^_' },
      ],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/no-invalid-void-type': ['error', { allowInGenericTypeArguments: true }],
      '@typescript-eslint/no-confusing-void-expression': 'off',
      '@typescript-eslint/no-meaningless-void-operator': 'off',
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
      '@typescript-eslint/no-unnecessary-condition': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off', // ring buffers index within bounds they have checked themselves
      '@typescript-eslint/no-unnecessary-type-parameters': 'off',
      '@typescript-eslint/no-extraneous-class': 'off',
      '@typescript-eslint/no-this-alias': 'off', // a loop that walks up a chain begins at this
      '@typescript-eslint/no-deprecated': [
        'error',
        // Stages extend Subscriber as the operators of RxJS 7 do.
        { allow: [{ from: 'package', package: 'rxjs', name: ['Subscriber', 'super'] }] },
      ],
      '@typescript-eslint/unified-signatures': 'off', // overloads document separate uses
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'no-constant-condition': ['error', { checkLoops: false }],
    },
  },
  // What runs in the page of the dashboard is no part of a pipeline: a browser's timers are all it has.
  {
    files: ['lib/**/*.ts'],
    ignores: ['lib/observability/dashboard/client/**'],
    rules: { ...timeAndChance, 'no-console': 'error' },
  },
  // nodeSignals.ts is what `#signals` means in Node; lib/node and the dashboard are for Node. Elsewhere they are never loaded.
  {
    files: ['lib/**/*.ts'],
    ignores: [
      'lib/testing/**',
      'lib/node/**',
      'lib/observability/dashboard/**',
      'lib/observability/signals/nodeSignals.ts',
    ],
    rules: foreignImports,
  },
  {
    files: ['spec/**/*.ts', 'bench/**/*.ts', 'examples/**/*.ts', 'stories/**/*.ts', '*.config.ts'],
    rules: {
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      '@typescript-eslint/no-empty-function': 'off',
      '@typescript-eslint/no-deprecated': 'off',
      '@typescript-eslint/only-throw-error': 'off', // streams carry any error value, and specs must show it
      '@typescript-eslint/prefer-promise-reject-errors': 'off',
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/unbound-method': 'off',
      '@typescript-eslint/restrict-template-expressions': 'off',
    },
  },
);
