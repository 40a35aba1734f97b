import type { QualifiedName } from './names';

/**
 * Functions of PostgreSQL that people use in changes and that touch no table. Not all there are: a name that is not here
 * is taken for one's own unless a snapshot says what the database has.
 */
const names = new Set(
  `abs age array_agg array_append array_cat array_length array_position array_prepend array_remove array_replace
   array_to_json array_to_string ascii avg bit_and bit_length bit_or bool_and bool_or btrim cardinality ceil ceiling
   char_length character_length chr clock_timestamp coalesce col_description concat concat_ws convert_from convert_to
   corr count cume_dist current_database current_schema current_schemas current_setting current_user currval date
   date_bin date_part date_trunc decode dense_rank div encode every exp extract first_value floor format format_type
   gen_random_uuid generate_series generate_subscripts greatest has_column_privilege has_schema_privilege
   has_table_privilege hashtext host initcap isfinite isempty json_agg json_array_elements json_array_elements_text
   json_array_length json_build_array json_build_object json_each json_each_text json_extract_path
   json_extract_path_text json_object json_object_agg json_object_keys json_populate_record json_populate_recordset
   json_strip_nulls json_to_record json_to_recordset json_typeof jsonb_agg jsonb_array_elements
   jsonb_array_elements_text jsonb_array_length jsonb_build_array jsonb_build_object jsonb_each jsonb_each_text
   jsonb_extract_path jsonb_extract_path_text jsonb_insert jsonb_object jsonb_object_agg jsonb_object_keys
   jsonb_path_exists jsonb_path_match jsonb_path_query jsonb_path_query_array jsonb_path_query_first jsonb_populate_record
   jsonb_populate_recordset jsonb_pretty jsonb_set jsonb_strip_nulls jsonb_to_record jsonb_to_recordset jsonb_typeof
   justify_days justify_hours lag last_value lastval lead least left length like_escape ln log lower lower_inc lpad
   ltrim make_date make_interval make_time make_timestamp make_timestamptz max md5 min mod mode now nth_value ntile
   nullif num_nonnulls num_nulls numrange obj_description octet_length overlay overlaps percent_rank percentile_cont
   percentile_disc pg_advisory_lock pg_advisory_xact_lock pg_backend_pid pg_column_size pg_get_serial_sequence
   pg_get_viewdef pg_relation_size pg_sleep pg_size_pretty pg_table_size pg_total_relation_size pg_try_advisory_lock
   pg_try_advisory_xact_lock pg_typeof phraseto_tsquery plainto_tsquery position power quote_ident quote_literal
   quote_nullable random random_normal rank regexp_count regexp_instr regexp_like regexp_match regexp_matches
   regexp_replace regexp_split_to_array regexp_split_to_table regexp_substr repeat replace reverse right round row_number
   row_to_json rpad rtrim set_config setseed setweight sha256 sign split_part sqrt starts_with statement_timestamp stddev
   string_agg string_to_array string_to_table strpos substr substring sum text timeofday timezone to_char to_date to_hex
   to_json to_jsonb to_number to_regclass to_timestamp to_tsquery to_tsvector transaction_timestamp translate trim
   trim_array trunc ts_headline ts_rank tsrange tstzrange daterange int4range int8range tsvector_to_array txid_current
   unnest upper upper_inc uuidv4 uuidv7 var_pop var_samp variance version websearch_to_tsquery width_bucket xmlagg
   nextval setval varchar int4 int8 numeric float8 bool json_serialize is_normalized normalize sqrt pi cos sin tan`.split(
    /\s+/,
  ),
);

/** True for a function that is PostgreSQL's own as far as its name tells. */
export function isBuiltIn({ schema, name }: QualifiedName): boolean {
  return schema === 'pg_catalog' || (schema === null && names.has(name));
}
