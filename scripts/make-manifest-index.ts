import { indexedPaths, searchAlias } from '#core/property/index-property';
import { indexPropertyKey } from '#core/property/index-words';
import { stringify } from 'yaml';

/** Prints the `jira:entityPropertySet` module from its one source; a contract test compares it with the manifest. */
const values = Object.entries(indexedPaths).map(([path, type]) => ({
  path,
  type,
  searchAlias: searchAlias(path as keyof typeof indexedPaths),
}));
console.log(
  stringify([
    {
      key: 'query-change-index',
      properties: [{ propertyKey: indexPropertyKey, entityType: 'issue', values }],
    },
  ]),
);
