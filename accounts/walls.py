"""Migration operations that build the wall between accounts."""

from typing import Any

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

# A scalar sub-select, so that PostgreSQL reads the setting once per query and can use an index
# that begins with account_id.
POLICY = "account_id = (SELECT nullif(current_setting('app.account_id', true), '')::uuid)"

# What lies on the counter is also seen by transactions that name no account: the staff's, and the
# tasks of the platform itself.
COUNTER_POLICY = f"{POLICY} OR (SELECT nullif(current_setting('app.account_id', true), '')) IS NULL"


class BuildWall(Operation):
    """Hide every row of a table from transactions that did not name its account."""

    reversible = True
    reduces_to_sql = True
    name = "wall"
    policy = POLICY

    def __init__(self, model_name: str) -> None:
        self.model_name = model_name

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """The wall is the database's own: the models do not change."""

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        table = _table(to_state, app_label, self.model_name, schema_editor)
        schema_editor.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        # FORCE, because the application's role owns the table and owners are exempt otherwise.
        schema_editor.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        schema_editor.execute(
            f"CREATE POLICY {self.name} ON {table} USING ({self.policy}) WITH CHECK ({self.policy})"
        )

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        table = _table(from_state, app_label, self.model_name, schema_editor)
        schema_editor.execute(f"DROP POLICY {self.name} ON {table}")
        schema_editor.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
        schema_editor.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")

    def describe(self) -> str:
        return f"Build the {self.name} around {self.model_name}"

    @property
    def migration_name_fragment(self) -> str:
        return f"{self.name}_{self.model_name.lower()}"


class BuildCounter(BuildWall):
    """Hide every row of a table from transactions that name another account."""

    name = "counter"
    policy = COUNTER_POLICY


class TieWithinAccount(Operation):
    """Let a reference point only at rows of its own account.

    Immediate, though deferrable: a wrong reference fails where it is written, not at commit.
    """

    reversible = True
    reduces_to_sql = True

    def __init__(self, model_name: str, field_name: str) -> None:
        self.model_name = model_name
        self.field_name = field_name

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """The constraint is the database's own: the models do not change."""

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        model = to_state.apps.get_model(app_label, self.model_name)
        field: Any = model._meta.get_field(self.field_name)
        quote = schema_editor.quote_name
        schema_editor.execute(
            f"ALTER TABLE {quote(model._meta.db_table)} ADD CONSTRAINT {quote(self._name(model))} "
            f"FOREIGN KEY (account_id, {quote(field.column)}) "
            f"REFERENCES {quote(field.related_model._meta.db_table)} (account_id, id) "
            f"DEFERRABLE INITIALLY IMMEDIATE"
        )

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        model = from_state.apps.get_model(app_label, self.model_name)
        quote = schema_editor.quote_name
        schema_editor.execute(
            f"ALTER TABLE {quote(model._meta.db_table)} DROP CONSTRAINT {quote(self._name(model))}"
        )

    def _name(self, model: Any) -> str:
        return f"{model._meta.db_table}_{self.field_name}_same_account"

    def describe(self) -> str:
        return f"Tie {self.model_name}.{self.field_name} to its own account"

    @property
    def migration_name_fragment(self) -> str:
        return f"tie_{self.model_name.lower()}_{self.field_name}"


def _table(
    state: ProjectState, app_label: str, model_name: str, schema_editor: BaseDatabaseSchemaEditor
) -> str:
    model = state.apps.get_model(app_label, model_name)
    return schema_editor.quote_name(model._meta.db_table)


class KeepAsWritten(Operation):
    """Let rows of a chained table be added but not changed.

    Linking a row fills `number` and `digest`, once. The columns in `may_be_emptied` may be emptied
    and nothing else, which is how erasure takes a person out of a trail. A row that is taken out
    as a whole shows in the chain.
    """

    reversible = True
    reduces_to_sql = True

    def __init__(self, model_name: str, may_be_emptied: tuple[str, ...] = ()) -> None:
        self.model_name = model_name
        self.may_be_emptied = may_be_emptied

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """The guard is the database's own: the models do not change."""

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        table = _table(to_state, app_label, self.model_name, schema_editor)
        columns = ", ".join(f"'{column}'" for column in self.may_be_emptied)
        schema_editor.execute(_KEEP_AS_WRITTEN)
        schema_editor.execute(
            f"CREATE TRIGGER keep_as_written BEFORE UPDATE ON {table} "
            f"FOR EACH ROW EXECUTE FUNCTION keep_as_written({columns})"
        )

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        table = _table(from_state, app_label, self.model_name, schema_editor)
        schema_editor.execute(f"DROP TRIGGER keep_as_written ON {table}")

    def describe(self) -> str:
        return f"Keep rows of {self.model_name} as written"

    @property
    def migration_name_fragment(self) -> str:
        return f"keep_{self.model_name.lower()}"


_KEEP_AS_WRITTEN = """
CREATE OR REPLACE FUNCTION keep_as_written() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    before jsonb := to_jsonb(OLD);
    after jsonb := to_jsonb(NEW);
    changed text;
BEGIN
    FOR changed IN SELECT key FROM jsonb_each(after) WHERE value IS DISTINCT FROM before -> key
    LOOP
        CONTINUE WHEN changed IN ('number', 'digest') AND before ->> 'number' IS NULL;
        CONTINUE WHEN changed = ANY (TG_ARGV) AND coalesce(after ->> changed, '') = '';
        RAISE EXCEPTION USING
            MESSAGE = 'rows of ' || TG_TABLE_NAME || ' are kept as written',
            ERRCODE = 'integrity_constraint_violation';
    END LOOP;
    RETURN NEW;
END $$
"""
