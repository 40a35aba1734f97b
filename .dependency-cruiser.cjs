/** The directions of imports (docs/architecture.md). No exceptions. */
const zone = (name) => `^${name}/`;

module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'core-is-pure',
      comment: 'core imports itself, valibot, jose and canonicalize only (docs/decisions/0005)',
      severity: 'error',
      from: { path: '^src/core/' },
      to: { pathNot: ['^src/core/', '^node_modules/(valibot|jose|canonicalize)/'] },
    },
    {
      name: 'app-speaks-ports',
      severity: 'error',
      from: { path: '^src/app/' },
      to: { path: ['^src/(forge|functions)/', '^node_modules/@forge/'] },
    },
    {
      name: 'functions-and-forge-import-downwards',
      severity: 'error',
      from: { path: '^src/forge/' },
      to: { path: '^src/functions/' },
    },
    {
      name: 'forge-sdk-at-the-edge',
      severity: 'error',
      from: {
        path: '^(src|static|executor|host)/',
        pathNot: [
          '^src/(forge|functions)/',
          '^static/(shared|admin-page|compliance-gadget)/',
          '^host/forge/',
        ],
      },
      to: { path: '^node_modules/@forge/' },
    },
    {
      name: 'src-stands-alone',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^(executor|host|static|test|scripts|bench)/' },
    },
    ...['static', 'executor', 'host'].map((name) => ({
      name: `${name}-imports-core-only`,
      severity: 'error',
      from: { path: zone(name) },
      to: {
        path: ['static', 'executor', 'host', 'test', 'scripts', 'bench']
          .filter((other) => other !== name)
          .map(zone),
      },
    })),
    {
      name: 'zones-see-core-of-src-only',
      severity: 'error',
      from: { path: '^(static|executor|host)/' },
      to: { path: '^src/(?!core/)' },
    },
    {
      name: 'host-halves-apart',
      comment: 'host/jira and host/forge meet in host/contract.ts only',
      severity: 'error',
      from: { path: '^host/(jira|forge)/' },
      to: { path: '^host/(jira|forge)/', pathNot: '^host/$1/' },
    },
    {
      name: 'pg-in-executor-only',
      severity: 'error',
      from: { pathNot: '^(executor|test)/' },
      to: { path: '^node_modules/pg/' },
    },
    { name: 'no-unresolved', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(build|dist|\\.local)/' },
    tsConfig: { fileName: 'tsconfig.check.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
};
