const { randomUUID } = require('node:crypto');
const db = require('../persistence');

module.exports = async (request, response) => {
    const item = { id: randomUUID(), name: request.body.name, completed: false };
    await db.add(item);
    response.send(item);
};
