package capture

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"os"
	"testing"

	"github.com/google/gopacket/pcapgo"
)

const benchPackets = 1_000_000

func benchRead(b *testing.B, file []byte) {
	names := writeFiles(b, file)
	b.SetBytes(int64(len(file)))
	b.ReportAllocs()
	for b.Loop() {
		f := Open(context.Background(), names, nil, Options{})
		n := 0
		for {
			batch, err := f.Next()
			if err == io.EOF {
				break
			}
			if err != nil {
				b.Fatal(err)
			}
			n += len(batch.Packets)
			batch.Release()
		}
		if n != benchPackets {
			b.Fatalf("%d packets", n)
		}
		f.Close()
	}
	b.ReportMetric(float64(benchPackets)*float64(b.N)/b.Elapsed().Seconds()/1e6, "Mpackets/s")
}

func BenchmarkPcap(b *testing.B)   { benchRead(b, somePcap(little, magicMicro, benchPackets)) }
func BenchmarkPcapng(b *testing.B) { benchRead(b, someNg(little, benchPackets)) }
func BenchmarkGzip(b *testing.B)   { benchRead(b, gzipped(somePcap(little, magicMicro, benchPackets))) }
func BenchmarkZstd(b *testing.B) {
	benchRead(b, zstdPacked(somePcap(little, magicMicro, benchPackets)))
}
func BenchmarkLZ4(b *testing.B) { benchRead(b, lz4Packed(somePcap(little, magicMicro, benchPackets))) }

func BenchmarkPipe(b *testing.B) {
	file := somePcap(little, magicMicro, benchPackets)
	b.SetBytes(int64(len(file)))
	for b.Loop() {
		f := Open(context.Background(), []string{"-"}, bytes.NewReader(file), Options{})
		for {
			batch, err := f.Next()
			if err != nil {
				break
			}
			batch.Release()
		}
	}
	b.ReportMetric(float64(benchPackets)*float64(b.N)/b.Elapsed().Seconds()/1e6, "Mpackets/s")
}

// BenchmarkPcapgo is what the reader is measured against.
func BenchmarkPcapgo(b *testing.B) {
	file := somePcap(little, magicMicro, benchPackets)
	names := writeFiles(b, file)
	b.SetBytes(int64(len(file)))
	b.ReportAllocs()
	for b.Loop() {
		in, err := os.Open(names[0])
		if err != nil {
			b.Fatal(err)
		}
		r, err := pcapgo.NewReader(bufio.NewReaderSize(in, 1<<20))
		if err != nil {
			b.Fatal(err)
		}
		for {
			if _, _, err := r.ZeroCopyReadPacketData(); err != nil {
				break
			}
		}
		in.Close()
	}
	b.ReportMetric(float64(benchPackets)*float64(b.N)/b.Elapsed().Seconds()/1e6, "Mpackets/s")
}
