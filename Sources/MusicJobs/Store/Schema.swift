import GRDB

/// The tables: each row has its value as JSON, and beside it the columns that rows are looked for by.
enum Schema {
    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1") { db in
            try db.execute(
                sql: """
                    CREATE TABLE jobs (
                        number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, owner TEXT NOT NULL,
                        state TEXT NOT NULL, batch TEXT, value BLOB NOT NULL);
                    CREATE INDEX jobs_by_state ON jobs (state, number);
                    CREATE INDEX jobs_by_owner ON jobs (owner, number);
                    CREATE INDEX jobs_by_batch ON jobs (batch, number) WHERE batch IS NOT NULL;
                    CREATE TABLE announcements (job TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
                    CREATE TABLE idempotency (
                        owner TEXT NOT NULL, key TEXT NOT NULL, digest TEXT NOT NULL, targets TEXT NOT NULL,
                        created REAL NOT NULL, PRIMARY KEY (owner, key)) WITHOUT ROWID;
                    CREATE INDEX idempotency_by_time ON idempotency (created);
                    CREATE TABLE notes (name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
                    CREATE TABLE uploads (id TEXT PRIMARY KEY, owner TEXT NOT NULL, value BLOB NOT NULL) WITHOUT ROWID;
                    CREATE TABLE songs (
                        number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, file TEXT NOT NULL UNIQUE,
                        owner TEXT NOT NULL, title TEXT NOT NULL, folder TEXT NOT NULL, favourite INTEGER NOT NULL,
                        rating INTEGER NOT NULL, duration REAL NOT NULL, created REAL NOT NULL,
                        trashed INTEGER NOT NULL, value BLOB NOT NULL);
                    CREATE INDEX songs_by_time ON songs (trashed, created, number);
                    CREATE INDEX songs_by_title ON songs (trashed, title COLLATE NOCASE, number);
                    CREATE INDEX songs_by_rating ON songs (trashed, rating, number);
                    CREATE INDEX songs_by_duration ON songs (trashed, duration, number);
                    CREATE VIRTUAL TABLE song_texts USING fts5 (
                        title, caption, lyrics, tokenize = 'unicode61 remove_diacritics 2', prefix = '2 3');
                    """)
        }
        return migrator
    }
}
