const db = require('../persistence');

module.exports = async (request, response) => {
    await db.remove(request.params.id);
    response.sendStatus(200);
};
