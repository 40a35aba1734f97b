import type * as v from 'valibot';
import type { Result } from '#core/result';
import type { JiraRefusal } from '../ports';

/** Jira's configuration by REST v3, with the rights of the admin who presses the button. */
export interface SiteAdmin {
  get<TSchema extends v.GenericSchema>(
    path: string,
    schema: TSchema,
  ): Promise<Result<v.InferOutput<TSchema>, JiraRefusal>>;
  send<TSchema extends v.GenericSchema>(
    method: 'POST' | 'PUT',
    path: string,
    body: unknown,
    schema: TSchema,
  ): Promise<Result<v.InferOutput<TSchema>, JiraRefusal>>;
  /** Ids made or found by earlier steps. */
  ids(): Promise<Readonly<Record<string, string>>>;
  keep(ids: Readonly<Record<string, string>>): Promise<void>;
  /** This app in Jira's eyes. */
  readonly app: { readonly appUuid: string; readonly environmentId: string };
}

/** Builds a REST path from segments and query; every part is encoded. */
export function rest(segments: readonly string[], query: Readonly<Record<string, string>> = {}): string {
  const path = `/rest/api/3/${segments.map(encodeURIComponent).join('/')}`;
  const search = new URLSearchParams(query).toString();
  return search === '' ? path : `${path}?${search}`;
}

/** ARI of one of our modules, as Jira names it in fields and rules. Read from Jira where Jira tells; ⚠ composed here only to compare. */
export function moduleAri(admin: SiteAdmin, moduleKey: string): string {
  return `ari:cloud:ecosystem::extension/${admin.app.appUuid}/${admin.app.environmentId}/static/${moduleKey}`;
}
