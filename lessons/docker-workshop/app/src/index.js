const path = require('node:path');
const express = require('express');
const db = require('./persistence');
const listItems = require('./routes/listItems');
const addItem = require('./routes/addItem');
const updateItem = require('./routes/updateItem');
const removeItem = require('./routes/removeItem');

const PORT = 3000;

const app = express();
app.use(express.json());
app.use(express.static(path.join(__dirname, 'static')));

app.get('/items', listItems);
app.post('/items', addItem);
app.put('/items/:id', updateItem);
app.delete('/items/:id', removeItem);

// The list is useless without its database: say why, and let the container end.
function giveUp(error) {
    console.error(error);
    process.exit(1);
}

// Leave at once when asked to, so that `docker stop` need not wait ten seconds.
function leave() {
    db.close()
        .catch(() => {})
        .then(() => process.exit(0));
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGUSR2']) process.on(signal, leave);

db.open()
    .then(() => app.listen(PORT, () => console.log(`Listening on port ${PORT}`)))
    .catch(giveUp);
