import { existsSync } from 'node:fs'
import { builtinModules } from 'node:module'
import { defineConfig, globalIgnores } from 'eslint/config'
import rxjs from 'eslint-plugin-rxjs-x'
import tseslint from 'typescript-eslint'

// A later entry for the same rule replaces an earlier one, so each list of selectors is named and put together again.

/** How modules are written, everywhere. */
const modules = [
  {
    selector: 'ExportDefaultDeclaration',
    message: 'Named exports only: export it under the name of its file.',
  },
  {
    selector: 'ExportAllDeclaration',
    message: 'Re-export by name: what is not listed is not public.',
  },
  {
    selector:
      ':matches(ImportDeclaration, ExportNamedDeclaration, ImportExpression)[source.value=/^\\.{1,2}(\\u002f(?!.*\\.(js|json|css)$)|$)/]',
    message: 'A relative import ends in .js (Node resolves no extensions and no folders).',
  },
  {
    selector: `:matches(ImportDeclaration, ExportNamedDeclaration, ImportExpression)[source.value=/^(${builtinModules
      .filter(name => !name.startsWith('_') && !name.includes('/'))
      .join('|')})(\\u002f|$)/]`,
    message: "Write Node's own modules with the node: prefix.",
  },
  {
    selector: 'ImportDeclaration[source.value=/^(fp-ts|io-ts)\\u002f(lib\\u002f)?[^.]*$/]',
    message: "Node ESM resolves no short paths: write 'fp-ts/lib/Either.js', 'io-ts/lib/PathReporter.js'.",
  },
]

/** `any` as an argument stands for "whichever" in a bound (`Method<any, any>`), where `unknown` is too narrow. */
const types = [
  {
    selector: 'TSAnyKeyword:not(TSTypeParameterInstantiation > TSAnyKeyword)',
    message: 'unknown, not any: any is for the arguments of a bound, as in `M extends Method<any, any>`.',
  },
]

/**
 * What the library may not use at run time: protobufjs's reflection needs code generation, and its minimal part brings along
 * "long", whose attempt at WebAssembly is reported as a breach of a page's policy.
 */
const runTime = [
  {
    selector: 'ImportDeclaration[source.value=/^protobufjs/]',
    message: 'Run-time code reads and writes by src/protobuf: protobufjs breaks a strict Content-Security-Policy.',
  },
]

/** Time, chance and promises, which the core takes from outside or does without. */
const impure = [
  {
    selector: ':matches(FunctionDeclaration, FunctionExpression, ArrowFunctionExpression)[async=true]',
    message:
      'The core has no promises: return an Observable. At an edge that must speak promise, disable this line and say why.',
  },
  {
    selector: ':matches(AwaitExpression, ForOfStatement[await=true])',
    message: 'The core has no promises: subscribe. At an edge that must speak promise, disable this line and say why.',
  },
  {
    selector: "NewExpression[callee.name='Date'][arguments.length=0]",
    message: 'Time comes from a scheduler: scheduler.now().',
  },
  {
    selector: "CallExpression[callee.name='Date']",
    message: 'Time comes from a scheduler: scheduler.now().',
  },
]

const clock = 'Time comes from an RxJS scheduler, so that a marble test can turn the clock: take a SchedulerLike.'
const promise =
  'The core has no promises: return an Observable. At an edge that must speak promise, disable this line and say why.'
const impureGlobals = [
  ...['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'setImmediate', 'clearImmediate', 'queueMicrotask'],
  'requestAnimationFrame',
].map(name => ({ name, message: clock }))
impureGlobals.push({ name: 'Promise', message: promise })
impureGlobals.push({ name: 'performance', message: clock })
impureGlobals.push({ name: 'crypto', message: 'All randomness is injected: take the bytes as an argument.' })
impureGlobals.push({ name: 'process', message: 'The core runs in browsers too: platform code goes to src/transport.' })

const impureProperties = [
  { object: 'Date', property: 'now', message: 'Time comes from a scheduler: scheduler.now().' },
  { object: 'Math', property: 'random', message: 'All randomness is injected: take it as an argument.' },
]

const buffer = {
  name: 'Buffer',
  message: 'Uint8Array, not Buffer, outside src/transport/node: browsers have no Buffer.',
}

const nodeOnly = [
  {
    regex: '^(node:|ws$)',
    message: 'Platform modules belong to src/transport/node, or to src/testing/node.',
  },
]

/** The folders of `src/` that run in virtual time. */
const core = [
  'error',
  'machine',
  'protobuf',
  'pipe',
  'flow',
  'schema',
  'contract',
  'wire',
  'session',
  'call',
  'peer',
].map(folder => `src/${folder}/**/*.ts`)

export default defineConfig(
  globalIgnores([
    // what specs write while this reads, too
    'bench/.build/',
    '.compiled/',
    'dist/',
    'docs/',
    'coverage/',
    '**/node_modules/',
    '**/.readme/',
    '**/.tmp/',
    '**/*.js',
    '!eslint.config.js',
    '!ava.config.js',
    // typed by packages that few have: `npm ci --prefix bench`
    ...(existsSync(new URL('bench/node_modules', import.meta.url)) ? [] : ['bench/peers/']),
  ]),
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  {
    files: ['**/*.js'],
    rules: { 'no-undef': 'off', 'no-unused-vars': 'error', 'no-var': 'error', 'prefer-const': 'error' },
  },
  {
    files: ['**/*.ts', '**/*.tsx'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked, rxjs.configs.strict],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      'no-restricted-syntax': ['error', ...modules, ...types],
      eqeqeq: ['error', 'always'],
      'no-console': 'error',
      'object-shorthand': 'error',
      'prefer-const': 'error',
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'separate-type-imports' }],
      '@typescript-eslint/consistent-type-exports': 'error',
      '@typescript-eslint/no-import-type-side-effects': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true, allowArray: true },
      ],
      '@typescript-eslint/no-confusing-void-expression': [
        'error',
        { ignoreArrowShorthand: true, ignoreVoidReturningFunctions: true },
      ],
      // the compiler's narrowing does not see what a re-entrant call has changed meanwhile, and the check it calls needless is not
      '@typescript-eslint/no-unnecessary-condition': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/no-meaningless-void-operator': 'off', // `void promise` says that it is left alone on purpose
      '@typescript-eslint/prefer-for-of': 'off', // a hot loop counts: no iterator
      '@typescript-eslint/no-unnecessary-type-arguments': 'off', // spelled out where it tells the reader something
      '@typescript-eslint/no-generated-empty-object-type': 'off', // as above: a contract without methods
      '@typescript-eslint/no-explicit-any': 'off', // see `types` above
      '@typescript-eslint/no-unsafe-enum-assignment': 'off', // there are no enums, and looking for them took a sixth of the time
      '@typescript-eslint/no-non-null-assertion': 'off', // the index of a bounded loop, under noUncheckedIndexedAccess
      '@typescript-eslint/non-nullable-type-assertion-style': 'off', // goes with the one above: either is fine
      '@typescript-eslint/array-type': 'off', // `readonly A[]` reads well for a name, `Array<...>` for a function or a union
      '@typescript-eslint/consistent-type-definitions': 'off', // an interface is a shape, a type is anything else: both are used
      '@typescript-eslint/consistent-indexed-object-style': 'off',
      '@typescript-eslint/no-empty-function': 'off', // a teardown with nothing to undo
      '@typescript-eslint/no-empty-object-type': [
        'error',
        { allowInterfaces: 'with-single-extends', allowObjectTypes: 'always' },
      ], // `{}` is the contract without methods
      '@typescript-eslint/no-invalid-void-type': 'off', // a method's input or output may be void
      'rxjs-x/throw-error': ['error', { allowThrowingAny: false, allowThrowingUnknown: true }], // passed on as it came
      'rxjs-x/no-exposed-subjects': 'off', // a Pipe's `outgoing` is a Subject on purpose: the writer calls it, taps see it
      'rxjs-x/no-subclass': 'off', // a Remote is an Observable with more to it
    },
  },
  {
    files: ['src/**/*.ts'],
    rules: {
      'no-restricted-syntax': ['error', ...modules, ...types, ...runTime],
      'no-restricted-globals': ['error', buffer],
      '@typescript-eslint/no-restricted-imports': ['error', { patterns: nodeOnly }],
    },
  },
  {
    files: core,
    rules: {
      'no-restricted-syntax': ['error', ...modules, ...types, ...runTime, ...impure],
      'no-restricted-globals': ['error', buffer, ...impureGlobals],
      'no-restricted-properties': ['error', ...impureProperties],
    },
  },
  {
    // a value that does not fit is thrown as a value made beforehand: it stays inside, and a stack costs more than the rest
    files: ['src/schema/**/*.ts'],
    rules: { '@typescript-eslint/only-throw-error': 'off' },
  },
  {
    files: ['src/transport/node/**/*.ts', 'src/testing/node/**/*.ts', 'src/cli/**/*.ts', 'src/node.ts'],
    rules: { 'no-restricted-globals': 'off', '@typescript-eslint/no-restricted-imports': 'off' },
  },
  {
    // a program's end and a spec's subject are subscribed to inside another subscription, as the README shows it
    files: ['examples/**/*.{ts,tsx}', 'spec/**/*.ts', 'bench/**/*.ts', 'scripts/**/*.ts'],
    rules: {
      'no-console': 'off',
      'rxjs-x/no-ignored-error': 'off',
      'rxjs-x/no-nested-subscribe': 'off',
      'rxjs-x/no-subject-unsubscribe': 'off',
    },
  },
  {
    files: ['spec/**/*.ts'],
    rules: {
      // a spec may throw what it likes, hand over a wrong thing and read what it knows to be there
      '@typescript-eslint/only-throw-error': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
      '@typescript-eslint/prefer-promise-reject-errors': 'off',
      '@typescript-eslint/require-await': 'off',
      'rxjs-x/throw-error': 'off',
      'rxjs-x/no-ignored-replay-buffer': 'off',
      'rxjs-x/no-ignored-default-value': 'off', // an Observable that ends without a value is to fail the spec
    },
  },
  {
    files: ['spec/types/**/*.ts'],
    rules: {
      // never run: nothing here floats
      'rxjs-x/no-floating-observables': 'off',
      '@typescript-eslint/no-floating-promises': 'off',
      '@typescript-eslint/no-unused-expressions': 'off',
      '@typescript-eslint/no-unused-vars': 'off',
    },
  },
)
