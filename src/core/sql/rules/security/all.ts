import type { Rule } from '../../review/rule';
import { banAlterSystem } from './ban-alter-system';
import { banCopyProgram } from './ban-copy-program';
import { banCreateExtension } from './ban-create-extension';
import { banDangerousFunctions } from './ban-dangerous-functions';
import { banDefaultPrivileges } from './ban-default-privileges';
import { banDisableRowSecurity } from './ban-disable-row-security';
import { banDisableTrigger } from './ban-disable-trigger';
import { banEventTrigger } from './ban-event-trigger';
import { banGrantAll } from './ban-grant-all';
import { banGrantRole } from './ban-grant-role';
import { banGrantToPublic } from './ban-grant-to-public';
import { banOwnerChange } from './ban-owner-change';
import { banRoleChange } from './ban-role-change';
import { banRule } from './ban-rule';
import { banSetRole } from './ban-set-role';
import { banSuperuserRole } from './ban-superuser-role';
import { banUntrustedLanguage } from './ban-untrusted-language';
import { banWithGrantOption } from './ban-with-grant-option';
import { opaqueCode } from './opaque-code';
import { securityDefinerSearchPath } from './security-definer-search-path';
import { triggerOnTable } from './trigger-on-table';

/** Rules about rights, secrets and ways round them. */
export const securityRules: readonly Rule[] = [
  banAlterSystem,
  banCopyProgram,
  banCreateExtension,
  banDangerousFunctions,
  banDefaultPrivileges,
  banDisableRowSecurity,
  banDisableTrigger,
  banEventTrigger,
  banGrantAll,
  banGrantRole,
  banGrantToPublic,
  banOwnerChange,
  banRoleChange,
  banRule,
  banSetRole,
  banSuperuserRole,
  banUntrustedLanguage,
  banWithGrantOption,
  opaqueCode,
  securityDefinerSearchPath,
  triggerOnTable,
];
