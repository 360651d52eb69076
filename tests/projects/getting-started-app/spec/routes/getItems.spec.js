const { test } = require('node:test');
const assert = require('node:assert/strict');

test('the answer is what the database holds', async () => {
    const db = require('../../src/persistence');
    db.getItems = async () => [{ id: '1' }];
    const sent = [];
    await require('../../src/routes/getItems')({}, { send: (items) => sent.push(items) });
    assert.deepEqual(sent, [[{ id: '1' }]]);
});
