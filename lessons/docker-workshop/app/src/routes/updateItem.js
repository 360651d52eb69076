const db = require('../persistence');

module.exports = async (request, response) => {
    const { name, completed } = request.body;
    await db.update(request.params.id, { name, completed });
    response.send(await db.one(request.params.id));
};
