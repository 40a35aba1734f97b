/** With whom a filter or dashboard is shared; the member that belongs to `type` is set. */
export interface ShareRecord {
  id: number;
  type: 'global' | 'loggedin' | 'group' | 'project' | 'user';
  groupId?: string;
  projectId?: string;
  /** Only people of this role of the project. */
  roleId?: string;
  accountId?: string;
}

/** A saved filter. */
export interface FilterRecord {
  id: string;
  name: string;
  description: string;
  jql: string;
  ownerId: string;
  favourite: string[];
  shared: ShareRecord[];
  editors: ShareRecord[];
}

/** A gadget on a dashboard, with its item properties. Rows of a column have no gaps. */
export interface GadgetRecord {
  id: string;
  /** Module key of an app's gadget (an extension ARI for Forge); Jira's own gadgets have a `uri` instead. */
  moduleKey?: string;
  uri?: string;
  title: string;
  color: string;
  position: { row: number; column: number };
  properties: Record<string, unknown>;
}

/** A dashboard; the system dashboard has no owner. */
export interface DashboardRecord {
  id: string;
  name: string;
  description: string;
  ownerId?: string;
  system: boolean;
  shared: ShareRecord[];
  editors: ShareRecord[];
  gadgets: GadgetRecord[];
}
