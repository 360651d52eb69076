const { readFileSync } = require('node:fs');
const mysql = require('mysql2/promise');

const setting = (name) =>
    process.env[`${name}_FILE`] ? readFileSync(process.env[`${name}_FILE`], 'utf8') : process.env[name];

let pool;
const toItem = (row) => ({ ...row, completed: row.completed === 1 });

async function init() {
    pool = mysql.createPool({
        host: setting('MYSQL_HOST'),
        user: setting('MYSQL_USER'),
        password: setting('MYSQL_PASSWORD'),
        database: setting('MYSQL_DB'),
        connectionLimit: 5,
    });
    await pool.query(
        'CREATE TABLE IF NOT EXISTS todo_items (id varchar(36), name varchar(255), completed boolean) DEFAULT CHARSET utf8mb4',
    );
    console.log(`Connected to mysql db at host ${process.env.MYSQL_HOST}`);
}

const teardown = async () => pool && pool.end();
const getItems = async () => (await pool.query('SELECT * FROM todo_items'))[0].map(toItem);
const getItem = async (id) => (await pool.query('SELECT * FROM todo_items WHERE id = ?', [id]))[0].map(toItem)[0];

const storeItem = async (item) =>
    pool.query('INSERT INTO todo_items VALUES (?, ?, ?)', [item.id, item.name ?? null, item.completed ? 1 : 0]);

const updateItem = async (id, item) =>
    pool.query('UPDATE todo_items SET name = ?, completed = ? WHERE id = ?', [
        item.name ?? null,
        item.completed ? 1 : 0,
        id,
    ]);

const removeItem = async (id) => pool.query('DELETE FROM todo_items WHERE id = ?', [id]);

module.exports = { init, teardown, getItems, getItem, storeItem, updateItem, removeItem };
