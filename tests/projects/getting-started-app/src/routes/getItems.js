const db = require('../persistence');

module.exports = async (req, res) => {
    res.send(await db.getItems());
};
