const { mkdirSync } = require('node:fs');
const { dirname } = require('node:path');
const { DatabaseSync } = require('node:sqlite');

const location = process.env.SQLITE_DB_LOCATION || '/etc/todos/todo.db';
let db;

const toItem = (row) => ({ ...row, completed: row.completed === 1 });

async function init() {
    mkdirSync(dirname(location), { recursive: true });
    db = new DatabaseSync(location);
    console.log(`Using sqlite database at ${location}`);
    db.exec('CREATE TABLE IF NOT EXISTS todo_items (id varchar(36), name varchar(255), completed boolean)');
}

const teardown = async () => db && db.close();
const getItems = async () => db.prepare('SELECT * FROM todo_items').all().map(toItem);
const getItem = async (id) => db.prepare('SELECT * FROM todo_items WHERE id = ?').all(id).map(toItem)[0];

const storeItem = async (item) =>
    db.prepare('INSERT INTO todo_items VALUES (?, ?, ?)').run(item.id, item.name ?? null, item.completed ? 1 : 0);

const updateItem = async (id, item) =>
    db
        .prepare('UPDATE todo_items SET name = ?, completed = ? WHERE id = ?')
        .run(item.name ?? null, item.completed ? 1 : 0, id);

const removeItem = async (id) => db.prepare('DELETE FROM todo_items WHERE id = ?').run(id);

module.exports = { init, teardown, getItems, getItem, storeItem, updateItem, removeItem };
