// Package truth holds the program's JSON lines against what the endpoints of
// a capture logged. It serves the tests only.
package truth

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// Case is a folder with a capture and its truth.
type Case struct {
	Name    string
	Dir     string
	Capture string
	KeyLog  string // file, empty where there is none
	RSAKey  string
	Facts   []Fact
	Meta    Meta
}

// Meta is what case.json says.
type Meta struct {
	What        string   `json:"what"`
	MustNot     []string `json:"must_not"`
	MaxSeverity string   `json:"max_severity"`
	Codes       []int    `json:"codes"`
	Args        []string `json:"args"`
}

// Fact is one line of a truth: what a perfect analyzer reports.
type Fact struct {
	Event         string
	Expect        string
	Damaged       bool
	Conn          *int
	ClientPort    int     `json:"client_port"`
	ServerPort    int     `json:"server_port"`
	Stream        *uint32 `json:"stream"`
	Dir           string
	Packet        uint64
	Unknown       []string
	URI           *string `json:"uri"`
	Subprotocol   *string
	Extensions    *string
	Transport     *string
	TLS           *string `json:"tls"`
	Cipher        *string
	Status        *int
	FIN           bool  `json:"fin"`
	RSV           uint8 `json:"rsv"`
	Opcode        uint8
	Masked        bool
	MaskKey       string `json:"mask_key"`
	Len           uint64
	Captured      *uint64
	SHA256        string            `json:"sha256"`
	PartialSHA256 map[string]string `json:"partial_sha256"`
	Missing       *[][2]uint64
	Frames        *int
	Compressed    *bool
	Rule          string
	Severity      string
	RFC           string   `json:"rfc"`
	RFCAlso       []string `json:"rfc_also"`
	Frame         *uint64
	nth           int // which use of its port, -1 any
}

// Level is "must", "should" or "may".
func (f *Fact) Level() string {
	switch {
	case f.Damaged:
		return "may"
	case f.Expect != "":
		return f.Expect
	}
	return "must"
}

// Load reads all cases below dir. Files may be compressed with gzip.
func Load(dir string) ([]Case, error) {
	folders, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil {
		return nil, err
	}
	var cases []Case
	for _, folder := range folders {
		text, err := readFile(filepath.Join(folder, "truth.jsonl"))
		if err != nil {
			return nil, err
		}
		c := Case{Name: filepath.Base(folder), Dir: folder}
		captures, _ := filepath.Glob(filepath.Join(folder, "capture*"))
		if len(captures) != 1 {
			return nil, fmt.Errorf("%s holds %d captures", folder, len(captures))
		}
		c.Capture = captures[0]
		if meta, err := os.ReadFile(filepath.Join(folder, "case.json")); err == nil {
			if err := json.Unmarshal(meta, &c.Meta); err != nil {
				return nil, fmt.Errorf("%s: %w", folder, err)
			}
		}
		if c.Facts, err = parseFacts(text); err != nil {
			return nil, fmt.Errorf("%s: %w", folder, err)
		}
		for name, to := range map[string]*string{"keys.log": &c.KeyLog, "server.key": &c.RSAKey} {
			if f := filepath.Join(folder, name); exists(f) {
				*to = f
			}
		}
		cases = append(cases, c)
	}
	return cases, nil
}

func exists(name string) bool {
	_, err := os.Stat(name)
	return err == nil
}

func parseFacts(text []byte) ([]Fact, error) {
	var facts []Fact
	uses := map[string][]int{}
	lines := bufio.NewScanner(bytes.NewReader(text))
	lines.Buffer(nil, 1<<24)
	for lines.Scan() {
		if strings.TrimSpace(lines.Text()) == "" {
			continue
		}
		var f Fact
		if err := json.Unmarshal(lines.Bytes(), &f); err != nil {
			return nil, err
		}
		if f.Conn != nil {
			k := f.port()
			if !contains(uses[k], *f.Conn) {
				uses[k] = append(uses[k], *f.Conn)
			}
		}
		facts = append(facts, f)
	}
	for i := range facts {
		facts[i].nth = -1
		if c := facts[i].Conn; c != nil {
			for _, other := range uses[facts[i].port()] {
				if other < *c {
					facts[i].nth++
				}
			}
			facts[i].nth++
		}
	}
	return facts, lines.Err()
}

func (f *Fact) port() string {
	if f.Stream != nil {
		return fmt.Sprintf("%d/%d", f.ClientPort, *f.Stream)
	}
	return fmt.Sprint(f.ClientPort)
}

func contains(list []int, v int) bool {
	for _, x := range list {
		if x == v {
			return true
		}
	}
	return false
}

// readFile reads a file, or the one beside it that gzip made of it.
func readFile(name string) ([]byte, error) {
	b, err := os.ReadFile(name)
	if err == nil {
		return b, nil
	}
	packed, err := os.Open(name + ".gz")
	if err != nil {
		return nil, err
	}
	defer packed.Close()
	z, err := gzip.NewReader(packed)
	if err != nil {
		return nil, err
	}
	return io.ReadAll(z)
}
