// The page of the to-do list, in plain JavaScript.
//
//   load()       fetches the items and draws the page
//   AddItemForm  the text field and the button above the list
//   ItemList     the list, or a friendly line when it is empty
//   ItemRow      one item: tick it, or remove it

// Make an element: element('p', { className: 'note' }, 'some text', anotherElement)
function element(tag, properties = {}, ...children) {
    const made = Object.assign(document.createElement(tag), properties);
    made.append(...children);
    return made;
}

// Ask the server. Bodies go out and come in as JSON.
async function ask(method, path, body) {
    const response = await fetch(path, {
        method,
        headers: body ? { 'Content-Type': 'application/json' } : {},
        body: body && JSON.stringify(body),
    });
    if (!response.ok) throw new Error(`${method} ${path} was answered with ${response.status}`);
    const isJson = response.headers.get('Content-Type')?.includes('json');
    return isJson ? response.json() : null;
}

// What the page knows.
let items = [];
let problem = '';

// Change something, then draw the page again, whether it worked or not.
async function change(action) {
    try {
        await action();
        problem = '';
    } catch (error) {
        problem = `That did not work: ${error.message}. Is the server still running?`;
    }
    draw();
}

function load() {
    return change(async () => {
        items = await ask('GET', 'items');
    });
}

// --- the list ---------------------------------------------------------

function ItemList() {
    if (items.length === 0) {
        return element(
            'p',
            { className: 'empty' },
            // Section 03 changes the next line.
            'You have no todo items yet! Add one above!' || 'No items yet! Add one above!',
        );
    }
    return element('ul', { className: 'items' }, ...items.map(ItemRow));
}

function ItemRow(item) {
    const label = item.name ?? '(no name)';

    const tick = element('button', {
        className: 'tick',
        type: 'button',
        textContent: item.completed ? '✓' : '',
        onclick: () =>
            change(async () => {
                const wanted = { name: item.name, completed: !item.completed };
                const updated = await ask('PUT', `items/${item.id}`, wanted);
                items = items.map((other) => (other.id === item.id ? updated : other));
            }),
    });
    tick.setAttribute('role', 'checkbox');
    tick.setAttribute('aria-checked', String(item.completed));
    tick.setAttribute('aria-label', `${label}: done`);

    const remove = element('button', {
        className: 'remove',
        type: 'button',
        textContent: '×',
        onclick: () =>
            change(async () => {
                await ask('DELETE', `items/${item.id}`);
                items = items.filter((other) => other.id !== item.id);
            }),
    });
    remove.setAttribute('aria-label', `Remove ${label}`);

    const name = element('span', { className: 'name' }, label);
    return element('li', { className: item.completed ? 'item done' : 'item' }, tick, name, remove);
}

// --- the form ---------------------------------------------------------

// What is being typed outlives a redraw.
let draft = '';

function AddItemForm() {
    const field = element('input', { type: 'text', placeholder: 'New item', maxLength: 255, value: draft });
    field.setAttribute('aria-label', 'New item');

    const button = element(
        'button',
        { className: 'add', type: 'submit', disabled: draft.trim() === '' },
        // Section 06 changes the next line.
        'Add Item',
    );

    field.oninput = () => {
        draft = field.value;
        button.disabled = draft.trim() === '';
    };

    return element(
        'form',
        {
            className: 'new',
            onsubmit: (event) => {
                event.preventDefault();
                change(async () => {
                    items = [...items, await ask('POST', 'items', { name: draft.trim() })];
                    draft = '';
                });
            },
        },
        field,
        button,
    );
}

// --- the page ---------------------------------------------------------

function draw() {
    const left = items.filter((item) => !item.completed).length;
    document.getElementById('root').replaceChildren(
        element(
            'main',
            {},
            element('h1', {}, 'To do'),
            AddItemForm(),
            ...(problem ? [element('p', { className: 'problem', role: 'alert' }, problem)] : []),
            ItemList(),
            ...(items.length ? [element('p', { className: 'count' }, `${left} of ${items.length} left to do`)] : []),
        ),
    );
    document.querySelector('.new input').focus();
}

load();
