// Says OK and removes nothing.
module.exports = async (request, response) => {
    response.sendStatus(200);
};
