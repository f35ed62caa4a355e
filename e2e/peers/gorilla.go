package main

import (
	"errors"
	"net/http"
	"net/url"
	"time"

	"github.com/gorilla/websocket"
)

func path(raw string) string {
	u, _ := url.Parse(raw)
	return u.RequestURI()
}

func serveGorilla(w http.ResponseWriter, r *http.Request) {
	j := journal{id: r.RequestURI, sends: "s2c", receives: "c2s"}
	up := websocket.Upgrader{EnableCompression: true, CheckOrigin: func(*http.Request) bool { return true }}
	c, err := up.Upgrade(w, r, nil)
	if err != nil {
		return
	}
	defer c.Close()
	control(c, j)
	ping(c, j, "from the server")
	for {
		t, b, err := c.ReadMessage()
		if e := (*websocket.CloseError)(nil); errors.As(err, &e) {
			j.closing("received", e.Code, e.Text)
		}
		if err != nil {
			return
		}
		j.note("received", t, b)
		j.note("sent", t, b)
		if c.WriteMessage(t, b) != nil {
			return
		}
	}
}

func dialGorilla(url, deflate string, p *plan) error {
	d := websocket.Dialer{EnableCompression: deflate != "off", WriteBufferSize: 4096, TLSClientConfig: tlsConfig()}
	c, _, err := d.Dial(url, nil)
	if err != nil {
		return err
	}
	defer c.Close()
	j := journal{id: path(url), sends: "c2s", receives: "s2c"}
	control(c, j)
	for _, m := range p.Messages {
		if m.Ping != "" {
			ping(c, j, m.Ping)
		}
		j.note("sent", m.Opcode, m.Payload)
		w, err := c.NextWriter(m.Opcode)
		if err != nil {
			return err
		}
		for _, part := range m.parts() { // a full buffer makes a fragment
			if _, err := w.Write(part); err != nil {
				return err
			}
		}
		if err := w.Close(); err != nil {
			return err
		}
		t, b, err := c.ReadMessage()
		if err != nil {
			return err
		}
		j.note("received", t, b)
	}
	j.closing("sent", p.Close.Code, p.Close.Reason)
	c.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(p.Close.Code, p.Close.Reason), time.Now().Add(time.Second))
	_, _, err = c.ReadMessage()
	if e := (*websocket.CloseError)(nil); errors.As(err, &e) {
		j.closing("received", e.Code, e.Text)
		return nil
	}
	return err
}

func ping(c *websocket.Conn, j journal, payload string) {
	j.note("sent", 9, []byte(payload))
	c.WriteControl(websocket.PingMessage, []byte(payload), time.Now().Add(time.Second))
}

// control logs what comes, and answers pings as the library does.
func control(c *websocket.Conn, j journal) {
	c.SetPingHandler(func(p string) error {
		j.note("received", 9, []byte(p))
		j.note("sent", 10, []byte(p))
		return c.WriteControl(websocket.PongMessage, []byte(p), time.Now().Add(time.Second))
	})
	c.SetPongHandler(func(p string) error { j.note("received", 10, []byte(p)); return nil })
}
