"""What can go wrong with the database, in classes that the layers above may tell apart."""


class DatabaseError(Exception):
    """A statement or a commit failed; nothing of its transaction is stored."""


class Busy(DatabaseError):
    """Another process kept the database locked for longer than we wait: try again."""


class ConstraintViolated(DatabaseError):
    """The change would break a rule of the schema: a CHECK, a UNIQUE, a foreign key or a trigger."""


class Unavailable(DatabaseError):
    """The disk is full, failing or gone: nothing of the change is stored, try again later."""


class CommitFailed(DatabaseError):
    """The transaction could not be made durable; nobody may count on it.

    No reader sees it. When it was the flush that failed, what had been written before may still be
    found after a crash: then it has happened, whole.
    """


class WrongSchema(DatabaseError):
    """The database and the migrations of this version do not fit together."""


class Damaged(DatabaseError):
    """The file is not what was written to it: a page, or its order, is broken."""


class Interrupted(DatabaseError):
    """The statement was stopped because it took longer than it may."""


class SqliteTooOld(DatabaseError):
    """This SQLite may corrupt a database in WAL mode."""


class Closed(DatabaseError):
    """The database has been closed."""
