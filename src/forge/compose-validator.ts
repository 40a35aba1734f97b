import type { ValidatorPorts } from '../app/ports';
import { jiraLookups } from './jira-lookups';
import { kvsDraftReader } from './kvs-draft-reader';
import { kvsLedger } from './kvs-ledger';
import { kvsSettingsReader } from './kvs-settings';
import { remembered } from './remembered';

/** Builds the ports of one invocation of the ledger validator. */
export function composeValidatorPorts(): ValidatorPorts {
  return {
    ledger: kvsLedger,
    drafts: kvsDraftReader,
    settings: { read: remembered(() => kvsSettingsReader.read()).get },
    jira: jiraLookups,
    clock: () => Date.now(),
  };
}
