/**
 * Identity and clock of the server, asked in the transaction itself: a pool may reach another server than before.
 * `startBy`: seconds since 1970.
 */
export const whoAndWhen = (startBy: number): string => `
  select (select system_identifier::text from pg_catalog.pg_control_system()) as "systemIdentifier",
    (select oid::text from pg_catalog.pg_database where datname = pg_catalog.current_database()) as "databaseOid",
    pg_catalog.current_database() as "databaseName",
    pg_catalog.clock_timestamp() > pg_catalog.to_timestamp(${startBy}) as late,
    pg_catalog.pg_is_in_recovery() as standby,
    pg_catalog.pg_backend_pid() as pid,
    pg_catalog.to_json(pg_catalog.clock_timestamp()) as at`;
