// The resolver of the admin page. It tries rules on SQL, so it carries PostgreSQL's grammar, as panel.ts does.
export { adminResolver } from './functions/admin-resolver';
