/**
 * What the pages of the site and the host say to each other under `/__host/`. Safe to import in a browser.
 *
 * | request | answer |
 * | --- | --- |
 * | `GET /__host/session` | `SessionReply` |
 * | `POST /__host/session {accountId}` | 204: the browser's session becomes that user |
 * | `GET /__host/events` | server-sent events `{issueId}` after every change of an issue |
 * | `GET /__host/issues/{idOrKey}/modules` | `{issueId, modules: IssueModule[]}` |
 * | `POST, DELETE /__host/issues/{idOrKey}/panels/{moduleKey}` | 204: shows or hides a panel on one issue |
 * | `GET /__host/pages` | `{modules: IssueModule[]}`: admin, global and project pages |
 * | `GET /__host/gadgets` | `{modules: GadgetModule[]}`: gadgets of the app that the viewer may add to a dashboard |
 * | `POST /__host/dashboards/{id}/gadgets {moduleKey, title?}` | 204: adds a gadget of the app as Jira's own dialog does |
 * | `PUT /__host/frames/{moduleKey}/configuration?dashboard=&gadget=` | 204: saves what the edit view of a gadget submits |
 * | `GET /__host/frames/{moduleKey}/context?issue=&dashboard=&gadget=&entry=` | `FrameContext` |
 * | `POST /__host/invoke {moduleKey, …FramePlace, functionKey, payload}` | `InvokeReply` |
 * | `POST /__host/product?path=/rest/…` | any method by `X-Host-Method`: a product call of the frame, as the viewer |
 * | `GET /__host/realtime` | server-sent events: `{stream}` first, then `{subscription, event}` |
 * | `PUT, DELETE /__host/realtime/{stream}/{subscription}` | a `ChannelBody` to listen to |
 * | `POST /__host/realtime/publish` | a `ChannelBody` with `payload` |
 * | `POST /__host/log {text}` | 204: a page found something wrong with the app |
 * | `GET /__host/inspector` | everything the host knows, see `inspector.ts` |
 * | `GET, PUT /__host/remotes`, `/__host/remotes/{key} {url}` | customer-managed remotes; writing is for admins |
 * | `POST /__host/permissions/remotes/get` | `RemoteGetPayload` of the bridge → `RemoteGetResponse` |
 * | `POST, PUT /__host/permissions/remotes` | `RemoteSetPayload`: checks, `{remotes: AskedRemote[]}`; sets, 204. Admins only |
 * | `GET, POST /__host/terminal {line, input}` | `{title, help}`; `{ok, output}`. Admins only |
 * | `PUT /__host/faults` | `{jira?, events?, kvsQueryLagMs?, refuseForgeGadgets?}` |
 */

/** Where a frame is; nothing on pages of their own. The host reads what the frame is told of it, as the viewer. */
export interface FramePlace {
  /** Id or key of the issue. */
  readonly issue?: string | undefined;
  readonly dashboard?: string | undefined;
  /** Id of the gadget on that dashboard. */
  readonly gadget?: string | undefined;
  /** Whether the gadget is shown or being configured; `view` when left out. */
  readonly entry?: 'view' | 'edit' | undefined;
}

/** A module of the app that has a frame. */
export interface IssueModule {
  readonly type: string;
  readonly key: string;
  readonly title: string;
  readonly label: string | undefined;
  readonly viewportSize: string | undefined;
  /** Address of the frame, on the Custom UI origin. */
  readonly src: string;
  /** Set when the module is UI Kit: the frame shows nothing itself, the page renders what it describes. */
  readonly render?: 'native' | undefined;
  /** False for a panel that nobody has added or pinned yet. */
  readonly added: boolean;
}

/** A gadget of the app: its view, and its edit view when it can be configured. */
export interface GadgetModule extends IssueModule {
  readonly description: string | undefined;
  readonly edit: { readonly src: string; readonly render?: 'native' | undefined } | undefined;
}

/** Answer of `GET /__host/session`. */
export interface SessionReply {
  readonly accountId: string;
  readonly users: readonly {
    readonly accountId: string;
    readonly displayName: string;
    readonly email: string;
    readonly groups: readonly string[];
    readonly admin: boolean;
    /** What this person plays, in words. */
    readonly role?: string;
  }[];
  readonly site: { readonly name: string; readonly url: string };
  readonly app: { readonly name: string; readonly accountId: string };
  readonly panelOrigin: string;
  /** Tokens of the sandbox attribute of every frame. */
  readonly sandbox: string;
  readonly banner?: string;
  /** Title of the terminal page, where there is one and the viewer may use it. */
  readonly terminal?: string;
}

/** What `view.getContext()` answers, without the theme, which is the page's business. */
export interface FrameContext {
  readonly accountId: string;
  readonly cloudId: string;
  readonly environmentId: string;
  readonly environmentType: string;
  readonly extension: Readonly<Record<string, unknown>>;
  readonly license: unknown;
  readonly localId: string;
  readonly locale: string;
  readonly moduleKey: string;
  readonly siteUrl: string;
  readonly timezone: string;
  readonly permissions: unknown;
  readonly userAccess: unknown;
}

/** Answer of `POST /__host/invoke`. */
export type InvokeReply =
  { readonly ok: true; readonly value?: unknown } | { readonly ok: false; readonly message: string };

/** A realtime channel as a frame names it. */
export interface ChannelBody extends FramePlace {
  readonly moduleKey: string;
  readonly channelName: string;
  readonly isGlobal: boolean;
  readonly token?: string | undefined;
  readonly contextOverrides?: readonly string[] | undefined;
}

/** A customer-managed remote that the app asks an administrator to set; no endpoint takes the present one away. */
export interface AskedRemote {
  readonly key: string;
  readonly name: string;
  readonly description: string;
  readonly endpoint: string | null;
}

/** The `RemoteSetPayload` of `@forge/bridge`. */
export interface RemoteSetCall {
  readonly remotes: readonly {
    readonly key: string;
    readonly configured: { readonly endpoint: string | null };
  }[];
}
