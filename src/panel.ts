// The resolver of the issue panel. It carries PostgreSQL's grammar to review SQL, which beside it only admin.ts may load.
export { panelResolver } from './functions/panel-resolver';
