package main

import (
	"context"
	"errors"
	"net/http"

	"github.com/coder/websocket"
)

const readLimit = 8 << 20

func serveCoder(w http.ResponseWriter, r *http.Request) {
	j := journal{id: r.RequestURI, sends: "s2c", receives: "c2s"}
	c, err := websocket.Accept(w, r, &websocket.AcceptOptions{
		CompressionMode: websocket.CompressionContextTakeover, CompressionThreshold: 1,
		OnPingReceived: func(_ context.Context, p []byte) bool { j.note("received", 9, p); j.note("sent", 10, p); return true },
	})
	if err != nil {
		return
	}
	c.SetReadLimit(readLimit)
	for {
		t, b, err := c.Read(r.Context())
		if e := (websocket.CloseError{}); errors.As(err, &e) {
			j.closing("received", int(e.Code), e.Reason)
		}
		if err != nil {
			return
		}
		j.note("received", int(t), b)
		j.note("sent", int(t), b)
		if c.Write(r.Context(), t, b) != nil {
			return
		}
	}
}

func dialCoder(url, deflate string, p *plan) error {
	ctx := context.Background()
	mode := map[string]websocket.CompressionMode{"off": websocket.CompressionDisabled,
		"takeover": websocket.CompressionContextTakeover, "no-takeover": websocket.CompressionNoContextTakeover}[deflate]
	j := journal{id: path(url), sends: "c2s", receives: "s2c"}
	c, _, err := websocket.Dial(ctx, url, &websocket.DialOptions{
		CompressionMode: mode, CompressionThreshold: 1, Subprotocols: nil,
		HTTPClient:     &http.Client{Transport: &http.Transport{TLSClientConfig: tlsConfig()}},
		OnPingReceived: func(_ context.Context, p []byte) bool { j.note("received", 9, p); j.note("sent", 10, p); return true },
	})
	if err != nil {
		return err
	}
	c.SetReadLimit(readLimit)
	for _, m := range p.Messages {
		ponged := make(chan error, 1)
		if m.Ping == "" {
			ponged <- nil
		} else {
			go func() { ponged <- c.Ping(ctx) }() // of its own payload, not logged
		}
		j.note("sent", m.Opcode, m.Payload)
		if m.Fragments < 2 {
			err = c.Write(ctx, websocket.MessageType(m.Opcode), m.Payload)
		} else if w, e := c.Writer(ctx, websocket.MessageType(m.Opcode)); e == nil {
			for _, part := range m.parts() {
				w.Write(part)
			}
			err = w.Close()
		}
		if err != nil {
			return err
		}
		t, b, err := c.Read(ctx)
		if err != nil {
			return err
		}
		j.note("received", int(t), b)
	}
	j.closing("sent", p.Close.Code, p.Close.Reason)
	return c.Close(websocket.StatusCode(p.Close.Code), p.Close.Reason)
}
