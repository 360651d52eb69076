const db = require('../persistence');

module.exports = async (request, response) => {
    response.send(await db.all());
};
