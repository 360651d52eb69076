// Where items are kept: in MySQL when MYSQL_HOST is set, otherwise in an SQLite file.
//
// Both give the same functions, each returning a promise:
//   open()  close()  all()  one(id)  add(item)  update(id, {name, completed})  remove(id)
// An item is {id, name, completed}.
module.exports = process.env.MYSQL_HOST ? require('./mysql') : require('./sqlite');
