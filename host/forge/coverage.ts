import type { Evidence } from './gateway';

/**
 * What the gateway models and how sure we are of it; a test compares this with what is registered. Everything else
 * answers 501 EMULATOR_NOT_MODELLED.
 */
export const GATEWAY_COVERAGE: Readonly<
  Record<string, { readonly evidence: Evidence; readonly notes: string }>
> = {
  'fpp app jira': { evidence: 'documented', notes: 'asApp().requestJira; scopes are enforced by host/jira' },
  'fpp user jira': {
    evidence: 'documented',
    notes: 'asUser(); without an invoking user NEEDS_AUTHENTICATION_ERR',
  },
  'fpp user jira with accountId': {
    evidence: '⚠ unverified',
    notes: 'asUser(id) needs allowImpersonation on some scope; Forge may ask per scope',
  },
  'fpp none jira': { evidence: '⚠ unverified', notes: 'requestJira() without as…: anonymous' },
  'graphql createWebTriggerUrl': {
    evidence: 'read in the SDK',
    notes: 'stable per module; secretKeyConfig is not modelled',
  },
  'graphql webTriggerUrlsByAppContext': { evidence: 'read in the SDK', notes: '' },
  'graphql deleteWebTriggerUrl': { evidence: 'read in the SDK', notes: '' },
  'queue publish': { evidence: 'documented', notes: '50 events, 200 KB, delay 0–900 s; unknown queue 400 ⚠' },
  'queue stats': { evidence: 'read in the SDK', notes: '' },
  'queue cancel': { evidence: 'read in the SDK', notes: 'drops what has not started' },
  'kvs /api/v1/get': {
    evidence: 'documented',
    notes: 'strongly consistent; expired values stay readable up to 48 h',
  },
  'kvs /api/v1/set': { evidence: 'documented', notes: 'ttl, keyPolicy, returnValue; 240 KiB, depth 31' },
  'kvs /api/v1/delete': { evidence: 'documented', notes: '' },
  'kvs /api/v1/secret/get': { evidence: 'documented', notes: '' },
  'kvs /api/v1/secret/set': { evidence: 'documented', notes: '' },
  'kvs /api/v1/secret/delete': { evidence: 'documented', notes: '' },
  'kvs /api/v1/entity/get': { evidence: 'documented', notes: '' },
  'kvs /api/v1/entity/set': {
    evidence: '⚠ unverified',
    notes: 'undeclared attributes are refused: the strict reading',
  },
  'kvs /api/v1/entity/delete': { evidence: 'documented', notes: '' },
  'kvs /api/v1/query': { evidence: 'documented', notes: 'eventually consistent by an injectable lag' },
  'kvs /api/v1/entity/query': { evidence: '⚠ unverified', notes: 'filters apply after the page is read' },
  'kvs /api/v1/batch/set': { evidence: 'documented', notes: 'each item for itself' },
  'kvs /api/v1/batch/delete': { evidence: 'documented', notes: '' },
  'kvs /api/v1/batch/get': { evidence: 'read in the SDK', notes: 'absent keys are in failedKeys ⚠' },
  'kvs /api/v1/transaction': {
    evidence: 'second-hand',
    notes: 'code CONDITIONAL_CHECK_FAILED from a public app; absent entities meet NOT_EXISTS ⚠',
  },
  'realtime publishRealtimeChannel': {
    evidence: '⚠ unverified',
    notes: 'channels bound to issue, project and board',
  },
  'realtime signRealtimeToken': { evidence: 'read in the SDK', notes: 'claims bind both sides ⚠' },
  'frc customer-managed remote': {
    evidence: '⚠ unverified',
    notes: 'URL set by an admin; RS256 invocation token of 25 s',
  },
  'frc declared remote': { evidence: 'documented', notes: 'redirects are not followed' },
  egress: { evidence: 'documented', notes: 'allow-list and ports; a development map replaces origins' },
};
