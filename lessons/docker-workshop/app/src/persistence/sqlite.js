const fs = require('node:fs');
const path = require('node:path');
const { DatabaseSync } = require('node:sqlite');

const location = process.env.SQLITE_DB_LOCATION || '/etc/todos/todo.db';

let db;

async function open() {
    fs.mkdirSync(path.dirname(location), { recursive: true });
    db = new DatabaseSync(location);
    if (process.env.NODE_ENV !== 'test') console.log(`Using sqlite database at ${location}`);
    db.exec('CREATE TABLE IF NOT EXISTS todo_items (id varchar(36), name varchar(255), completed boolean)');
}

async function close() {
    db?.close();
}

const asItem = (row) => ({ id: row.id, name: row.name, completed: row.completed === 1 });

async function all() {
    return db.prepare('SELECT id, name, completed FROM todo_items ORDER BY rowid').all().map(asItem);
}

async function one(id) {
    const row = db.prepare('SELECT id, name, completed FROM todo_items WHERE id = ?').get(id);
    return row && asItem(row);
}

async function add({ id, name, completed }) {
    db.prepare('INSERT INTO todo_items (id, name, completed) VALUES (?, ?, ?)').run(id, name ?? null, Number(completed));
}

async function update(id, { name, completed }) {
    db.prepare('UPDATE todo_items SET name = ?, completed = ? WHERE id = ?').run(name ?? null, Number(Boolean(completed)), id);
}

async function remove(id) {
    db.prepare('DELETE FROM todo_items WHERE id = ?').run(id);
}

module.exports = { open, close, all, one, add, update, remove };
