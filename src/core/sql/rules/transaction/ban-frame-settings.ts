import { rule, type RuleDocs } from '../../review/rule';

const guarded = new Set([
  'statement_timeout',
  'lock_timeout',
  'transaction_timeout',
  'idle_in_transaction_session_timeout',
  'synchronous_commit',
  'session_replication_role',
  'row_security',
  'search_path',
  'standard_conforming_strings',
  'client_encoding',
  'application_name',
  'default_transaction_read_only',
  'transaction_read_only',
]);

export const banFrameSettings = rule({
  id: 'ban-frame-settings',
  title: 'The text changes the frame that it runs in',
  category: 'transaction',
  level: 'error',
  on: ['VariableSetStmt'],
  options: {},
  *statement({ type, fields, start, end }) {
    if (type !== 'VariableSetStmt') return;
    const name = typeof fields['name'] === 'string' ? fields['name'].toLowerCase() : 'all settings';
    if (fields['kind'] !== 'VAR_RESET_ALL' && !guarded.has(name)) return;
    yield {
      at: { start, end },
      message: `The setting ${name} is part of the frame that approvers saw (limits, search path, durability); the executor sets it and the text may not.`,
    };
  },
});

export const docs: RuleDocs = {
  why: 'Timeouts, search_path, durability and the like are fixed for the connection and part of the approval. A SET in the text would run the rest under other rules than those that were approved.',
  fix: 'Leave it out; write names with their schemas instead of setting search_path. Harmless settings such as work_mem may be set with SET LOCAL.',
  bad: ['SET statement_timeout = 0;', 'SET LOCAL search_path = other;', 'RESET ALL;'],
  good: ["SET LOCAL work_mem = '64MB';", 'SET CONSTRAINTS ALL IMMEDIATE;'],
};
