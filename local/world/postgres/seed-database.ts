// What stands in a new database of the platform: a small one of its kind, with keys, constraints, an index and a trigger.
import type { Client } from 'pg';

const statements = [
  'CREATE TABLE schema_migrations (version text PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now())',
  `INSERT INTO schema_migrations (version) VALUES ('20261001_tables'), ('20261105_records_index')`,
  'CREATE TABLE workspaces (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL UNIQUE)',
  `CREATE TABLE tables (
     id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
     workspace_id bigint NOT NULL REFERENCES workspaces ON DELETE CASCADE,
     name text NOT NULL CHECK (name <> ''),
     UNIQUE (workspace_id, name))`,
  `CREATE TABLE records (
     id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
     table_id bigint NOT NULL REFERENCES tables ON DELETE CASCADE,
     fields jsonb NOT NULL,
     updated_at timestamptz NOT NULL DEFAULT now())`,
  'CREATE INDEX records_by_table ON records (table_id, updated_at)',
  `CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.updated_at := now(); RETURN NEW; END $$`,
  'CREATE TRIGGER records_touch BEFORE UPDATE ON records FOR EACH ROW EXECUTE FUNCTION touch()',
  `INSERT INTO workspaces (name) SELECT 'workspace ' || n FROM generate_series(1, 5) n`,
  `INSERT INTO tables (workspace_id, name) SELECT w.id, 'table ' || n FROM workspaces w, generate_series(1, 4) n`,
  `INSERT INTO records (table_id, fields)
     SELECT t.id, jsonb_build_object('Name', 'record ' || n, 'Status', 'open', 'Points', n % 13)
       FROM tables t, generate_series(1, 100) n`,
];

export async function seedDatabase(client: Client): Promise<void> {
  await client.query(`BEGIN; ${statements.join('; ')}; COMMIT`);
}
