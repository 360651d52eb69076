// A page that would rather not be looked at: `/` is what the last POST asked for.
const http = require('http');

const page = (body, head = {}) => (response) => {
    response.writeHead(200, { 'Content-Type': 'text/html', ...head });
    response.end(`<!doctype html><title>Mine</title><body><p>words of the page</p>${body}`);
};
const script = (text) => page(`<script>${text}</script>`);
const only = (status, head = {}) => (response) => {
    response.writeHead(status, head);
    response.end();
};
const pages = {
    list: page('<ul><li class="item">milk <b class="item">x</b><li class="item">bread</ul>'),
    error: (response) => {
        response.writeHead(500, { 'Content-Type': 'text/html' });
        response.end('<h1>It broke</h1>');
    },
    alerts: script('alert(1); confirm(2); prompt(3); print(); onbeforeunload = () => "stay"; for (let i = 0; i < 50; i++) open("/")'),
    framed: page('<iframe srcdoc="<script>alert(1); top.location = \'http://example.com/\'</script>"></iframe>'),
    file: page('<iframe src="file:///etc/passwd"></iframe><script>location = "file:///etc/passwd"</script>'),
    out: page('<img src="http://192.0.2.1/x"><script src="http://example.com/x.js"></script><link rel=stylesheet href="http://127.0.0.1:3000/x.css">'),
    huge: page('<div style="width:90000px;height:9000000px">x</div>' + '<p>more</p>'.repeat(20000)),
    forged: script('document.title = "x".repeat(1e6); String = JSON.stringify = () => "forged"; document.body.innerHTML = "<img name=title>words of the page"'),
    endless: (response) => {
        response.writeHead(200, { 'Content-Type': 'text/html' });
        const more = setInterval(() => response.write('<p>words of the page</p>'), 50);
        response.on('close', () => clearInterval(more));
    },
    silent: () => {},
    hangs: script('for (;;);'),
    hoards: script('const all = []; for (;;) all.push(new Array(1e6).fill(Math.random()))'),
    away: only(302, { Location: 'http://example.com/secret' }),
    hops: script('location = "http://192.0.2.1/"'),
    neighbour: only(302, { Location: 'http://localhost:3306/' }),
    loops: only(302, { Location: '/' }),
    download: page('', { 'Content-Disposition': 'attachment; filename=x.html' }),
    nothing: only(204),
    broken: only(503),
    cut: (response) => response.socket.destroy(),
};

let mode = 'list';
http.createServer((request, response) => {
    if (request.method === 'POST') {
        mode = request.url.slice(1);
        response.end();
    } else if (request.url === '/') {
        pages[mode](response);
    } else {
        only(404)(response);
    }
}).listen(3000);
