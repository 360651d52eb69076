// A page without a framework, in the place where the original app has its React components.

const root = document.getElementById('root');

function h(tag, props, ...children) {
    const made = Object.assign(document.createElement(tag), props);
    made.append(...children);
    return made;
}

async function call(method, path, body) {
    const answer = await fetch(path, {
        method,
        headers: { 'Content-Type': 'application/json' },
        body: body && JSON.stringify(body),
    });
    return method === 'DELETE' ? null : answer.json();
}

class TodoListCard {
    constructor() {
        this.items = null;
    }

    async load() {
        this.items = await call('GET', '/items');
        this.render();
    }

    async onNewItem(name) {
        this.items.push(await call('POST', '/items', { name }));
        this.render();
    }

    async onItemUpdate(item) {
        const updated = await call('PUT', `/items/${item.id}`, { name: item.name, completed: !item.completed });
        this.items = this.items.map((each) => (each.id === item.id ? updated : each));
        this.render();
    }

    async onItemRemoval(item) {
        await call('DELETE', `/items/${item.id}`);
        this.items = this.items.filter((each) => each.id !== item.id);
        this.render();
    }

    emptyText() {
        if (this.items.length > 0) {
            return '';
        }
        return h(
            'p',
            { className: 'text-center' },
            // what section 03 changes, where the original has it
            'No items yet! Add one above!',
        );
    }

    itemDisplay(item) {
        const toggle = h('button', {
            type: 'button',
            textContent: item.completed ? '☑' : '☐',
            onclick: () => this.onItemUpdate(item),
        });
        const remove = h('button', {
            type: 'button',
            textContent: '×',
            onclick: () => this.onItemRemoval(item),
        });
        return h('div', { className: item.completed ? 'item done' : 'item' }, toggle, h('span', {}, item.name), remove);
    }

    addItemForm() {
        const input = h('input', {
            type: 'text',
            placeholder: 'New Item',
            ariaLabel: 'New item',
        });

        const submitNewItem = (event) => {
            event.preventDefault();
            if (input.value.trim()) {
                this.onNewItem(input.value.trim());
            }
        };

        return h(
            'form',
            {
                onsubmit: submitNewItem,
            },
            input,
            h(
                'button',
                {
                    type: 'submit',
                    className: 'btn',
                },
                'Add Item',
            ),
        );
    }

    render() {
        const items = this.items.map((item) => this.itemDisplay(item));
        root.replaceChildren(this.addItemForm(), this.emptyText(), ...items);
    }
}

new TodoListCard().load();
