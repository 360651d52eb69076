const { randomUUID } = require('node:crypto');

// Answers as if it kept the item, and does not.
module.exports = async (request, response) => {
    response.send({ id: randomUUID(), name: request.body.name, completed: false });
};
