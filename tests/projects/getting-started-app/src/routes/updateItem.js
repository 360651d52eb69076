const db = require('../persistence');

module.exports = async (req, res) => {
    await db.updateItem(req.params.id, req.body);
    res.send(await db.getItem(req.params.id));
};
